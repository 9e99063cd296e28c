// The demo's patients for the search of the run. Promise: only what cannot stand anywhere else by chance.
import { generateClinic } from '../../examples/clinic/patients.ts'
import { plant } from './planted.ts'

/** A smaller clinic has the first of these. */
export function plantClinic(): void {
  plant(...generateClinic().patients.flatMap(({ full_name, mrn, ssn }) => [full_name, mrn, ssn]))
}
