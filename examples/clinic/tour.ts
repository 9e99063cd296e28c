// The tour that the demo prints: commands to copy and paste, each with what to expect. A newcomer needs nothing else.
// Promise: it is data first, and its test runs every line and compares what comes back with what is promised here.
import type { Patient } from './patients.ts'

export interface TourLine {
  /** REF, HELD and ID stand for what an earlier line printed. */
  readonly command: string
  /** What the reader is told to look for; null where the sentence above says it. */
  readonly see: string | null
  /** Of all that the command prints. */
  readonly expect: RegExp
}

export interface TourStep {
  readonly say: string
  readonly lines: readonly TourLine[]
}

/** Where a reader finds what to put in the place of these words, in what the lines before printed. */
export const placeholders: Readonly<Record<'REF' | 'HELD' | 'ID', RegExp>> = {
  REF: /^(x_\w+) +open +tools\/call delete_patient /m,
  HELD: /^(x_\w+) +open +sql\.delete /m,
  ID: /^(s_\w+) .* demo\|alice +clinic /m,
}

const REFUSED = /^Policy does not allow this request\. Reference: x_\w+$/m

export function tourSteps({ publicUrl, patients }: TourOptions): readonly TourStep[] {
  const query = './examples/clinic/query'
  const [chart, other] = patients
  if (chart === undefined || other === undefined) throw new Error('The tour needs two patients.')
  const call = './examples/clinic/call'
  const asked = JSON.stringify({ mrn: chart.mrn })
  const head = (name: string) => `${call} ${name} get_chart '${asked}' | head -11`
  return [
    {
      say: `alice, a clinician, reads the chart of ${chart.full_name}: all in clear but the social security number.`,
      lines: [line(head('alice'), null, shows(chart, ['mrn', 'full_name', 'dob', 'phone', 'email', 'address']))],
    },
    {
      say: 'dan, a developer, makes the same call: the same shape, no identifiers.',
      lines: [line(head('dan'), null, shows(chart, []))],
    },
    {
      say: 'scribe, an AI agent acting for alice, sees whom the chart is about and nothing to reach them by.',
      lines: [line(head('scribe'), null, shows(chart, ['mrn', 'full_name', 'dob']))],
    },
    {
      say: 'Refused: no token, notes for a researcher (who is not even offered them), SQL that writes.',
      lines: [
        line(
          `curl -si ${publicUrl}/mcp/clinic -H 'content-type: application/json' -d '{}' | head -1`,
          'HTTP/1.1 401 Unauthorized',
          /^HTTP\/1\.1 401 Unauthorized\s*$/,
        ),
        line(`${call} rita get_notes '${asked}'`, 'a refusal, with a reference to ask about', REFUSED),
        line(`${call} rita`, 'what she may call: no get_notes', /^(?!.*get_notes).*\nget_chart /s),
        line(`${call} dan run_sql '{"sql":"DROP TABLE patients"}'`, 'a refusal', REFUSED),
      ],
    },
    {
      say: 'alice deletes a patient. The call waits, in the background, until two compliance officers have decided.',
      lines: [
        line(
          `${call} alice delete_patient '${JSON.stringify({ mrn: other.mrn })}' &`,
          null,
          new RegExp(`^… Waiting for approval by 2 of compliance-officer until .*\\n${other.mrn} is deleted\\.$`, 'ms'),
        ),
        line(
          './sallyport --demo casey approvals ls',
          'one request (none yet? list again); put its reference in place of REF:',
          placeholders.REF,
        ),
        line(
          './sallyport --demo casey approvals show REF',
          null,
          new RegExp(`^(?!.*${other.mrn}).*\\n  asked by +demo\\|alice,.*"mrn": "\\[phi\\.mrn\\]"`, 's'),
        ),
        line(
          './sallyport --demo casey approvals approve REF --reason "duplicate record, ticket 4711"',
          null,
          /^Counted\. 1 more of compliance-officer must approve/m,
        ),
        line(
          './sallyport --demo morgan approvals approve REF --reason "checked the ticket"',
          `the waiting call answers "${other.mrn} is deleted."
       (More than 45 seconds? It answered "pending": make the same call again, and it runs.)`,
          /^Approved\. It runs once/m,
        ),
      ],
    },
    {
      say: `The database behind it, through the same gateway (with psql: ./sallyport --demo dan psql clinic-db). Whatever a
   column is called or made into, it is known where it came from; some statements wait; some are refused.`,
      lines: [
        line(
          `${query} dan "SELECT upper(full_name) AS a, substr(ssn, 1, 3) AS b, sex FROM patients LIMIT 2"`,
          'masked: [phi.name] and [phi.ssn], whatever they are called; sex in clear',
          /^a +b +sex\n(?:\[phi\.name\] +\[phi\.ssn\] +\w+\n){2}/m,
        ),
        line(
          `${query} rita "SELECT note FROM notes LIMIT 1"`,
          'a refusal, with a reference to ask about',
          /^Policy does not allow this request\. Reference: x_\w+/m,
        ),
        line(
          `${query} alice "DELETE FROM notes WHERE patient_id = 3" &`,
          'it waits: such a statement is held by the rules every new configuration has',
          /^… This statement waits for approval x_\w+\. Waiting for approval by 1 of compliance-officer .*\nDELETE \d+$/ms,
        ),
        line('./sallyport --demo casey approvals ls', 'put its reference in place of HELD:', placeholders.HELD),
        line(
          './sallyport --demo casey approvals approve HELD --reason "moved to the archive, ticket 4712"',
          'the waiting statement runs, once: "DELETE 6" or however many notes there are',
          /^Approved\. It runs once/m,
        ),
      ],
    },
    {
      say: 'morgan, an administrator too, has the database searched for columns that need a label.',
      lines: [
        line(
          './sallyport --demo morgan mask discover clinic-db',
          'columns found by their names and by a sample of values, of which none is shown; here all have a label',
          /^(?!.*\d{3}-\d{2}-\d{4}).*^public\.patients\.ssn +phi\.ssn +name and values +\d+ of \d+ +labelled$/ms,
        ),
      ],
    },
    {
      say: 'It is all on record: what was asked, who decided and why, what came back; identifiers hidden.',
      lines: [
        line(
          "./sallyport --demo casey sessions ls --connection clinic --subject 'demo|alice'",
          'put the id of this session in place of ID:',
          placeholders.ID,
        ),
        line(
          './sallyport --demo casey sessions replay ID --no-wait | tail -60',
          'the delete, from question to answer; without the tail, the whole session',
          new RegExp(
            `^(?!.*${other.mrn}).*tools/call delete_patient  held by .*duplicate record, ticket 4711.*` +
              `checked the ticket.*decides again: allowed.*\\[phi\\.mrn\\] is deleted\\.`,
            's',
          ),
        ),
      ],
    },
    {
      say: 'Nobody can quietly change that record: this recomputes it from its files, without the gateway.',
      lines: [line('./sallyport --demo casey log verify', null, /^ +intact +yes: .*\n +complete +yes: /s)],
    },
  ]
}

interface TourOptions {
  readonly publicUrl: string
  readonly patients: readonly Patient[]
}

function line(command: string, see: string | null, expect: RegExp): TourLine {
  return { command, see, expect }
}

const labels = {
  mrn: 'phi.mrn',
  full_name: 'phi.name',
  dob: 'phi.date',
  phone: 'phi.phone',
  email: 'phi.email',
  address: 'phi.geo',
} as const

/** A chart with these fields in clear, the others hidden, and never more of the social security number than its end. */
function shows(patient: Patient, clear: readonly (keyof typeof labels)[]): RegExp {
  const names = Object.keys(labels) as (keyof typeof labels)[]
  const hidden = [patient.ssn, ...names.filter(name => !clear.includes(name)).map(name => patient[name])]
  const fields = names.map(name => `"${name}": "${clear.includes(name) ? patient[name] : `[${labels[name]}]`}"`)
  const all = [...fields, `"ssn": "***-**-${patient.ssn.slice(-4)}"`]
  const absent = hidden.map(value => `(?!.*${escaped(value)})`).join('')
  return new RegExp(`^${absent}${all.map(field => `(?=.*${escaped(field)})`).join('')}`, 's')
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

export function tour(options: TourOptions): string {
  const steps = tourSteps(options).map(({ say, lines }, at) => {
    const text = lines.map(({ command, see }) => `   ${command}\n${see === null ? '' : `     → ${see}\n`}`)
    return `${at + 1}. ${say}\n${text.join('')}`
  })
  return `
The clinic is open. In a second terminal, in this folder:

${steps.join('\n')}
The rules are in .sallyport/demo/sallyport.yaml: change one, save, and call again. Ctrl-C here stops everything.
`
}
