// The tour that the demo prints: commands to copy and paste, each with what to expect. A newcomer needs nothing else.
import type { Patient } from './patients.ts'

export function tour(options: { readonly publicUrl: string; readonly patients: readonly Patient[] }): string {
  const [chart, other] = options.patients
  if (chart === undefined || other === undefined) throw new Error('The tour needs two patients.')
  const call = './examples/clinic/call'
  const record = JSON.stringify({ mrn: chart.mrn })
  return `
The clinic is open. In a second terminal, in this folder:

1. Nobody gets in without a token.
   curl -si ${options.publicUrl}/mcp/clinic -H 'content-type: application/json' -d '{}' | head -1
     → HTTP/1.1 401 Unauthorized

2. alice, a clinician, reads the chart of ${chart.full_name}: all in clear but the social security number.
   ${call} alice get_chart '${record}'

3. dan, a developer, makes the same call: the same shape, no identifiers.
   ${call} dan get_chart '${record}'

4. rita, a researcher, keeps dates and places. The notes are refused, with a reference, and not even listed for her.
   ${call} rita get_chart '${record}'
   ${call} rita get_notes '${record}'
   ${call} rita

5. scribe, an AI agent acting for alice, sees whom the chart is about and nothing to reach them by.
   ${call} scribe get_chart '${record}'

6. alice deletes a patient. The call waits (45 seconds, in the background), and two compliance officers decide.
   ${call} alice delete_patient '${JSON.stringify({ mrn: other.mrn })}' &
   ./sallyport --demo casey approvals ls
     → one request; put its reference in place of REF:
   ./sallyport --demo casey approvals show REF
   ./sallyport --demo casey approvals approve REF --reason "duplicate record, ticket 4711"
   ./sallyport --demo morgan approvals approve REF --reason "checked the ticket"
     → the waiting call answers "${other.mrn} is deleted."
     → too slow? It answered "pending": make the same call again, and it runs.

7. dan may ask in SQL; a person reads each statement first, and one that writes is refused at once.
   ${call} dan run_sql '{"sql":"SELECT kind, count(*) FROM encounters GROUP BY kind"}' &
   ./sallyport --demo casey approvals ls
   ${call} dan run_sql '{"sql":"DROP TABLE patients"}'

8. All of it is on record: what was asked, by whom, who decided, and what came back, with every identifier hidden.
   ./sallyport --demo casey sessions ls
   ./sallyport --demo casey sessions replay ID
   ./sallyport --demo casey log verify

The rules are in .sallyport/demo/sallyport.yaml: change one, save, and call again. Ctrl-C here stops everything.
`
}
