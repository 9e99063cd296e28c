// Purpose of use. Promise: a code of HL7 v3 PurposeOfUse or nothing, so that the record holds only words it knows.

/** http://terminology.hl7.org/ValueSet/v3-PurposeOfUse */
const purposes: ReadonlySet<string> = new Set(
  `TREAT CLINTRL COC ETREAT BTG ERTREAT POPHLTH
  HPAYMT CLMATTCH COVAUTH COVERAGE ELIGDTRM ELIGVER ENROLLM MILDCRG REMITADV
  HOPERAT CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP HSYSADMIN LABELING
  METAMGT MEMADMIN MILCDM PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV HTEST TRAIN
  HRESCH BIORCH CLINTRCH CLINTRCHNPC CLINTRCHPC PRECLINTRCH DSRCH POARCH TRANSRCH
  HMARKT PATRQT FAMRQT PWATRNY SUPNWK PUBHLTH DISASTER THREAT`.split(/\s+/),
)

function isPurpose(code: string): boolean {
  return purposes.has(code)
}

/** The claim's code when it is one, in either case; else null, and the connection's default counts. */
export function purposeOf(claim: unknown): string | null {
  if (typeof claim !== 'string') return null
  const code = claim.toUpperCase()
  return isPurpose(code) ? code : null
}
