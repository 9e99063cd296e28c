/** The system answered with something this gateway cannot inspect or MCP does not have. */
export class ServerFault extends Error {
  /** What the caller is told beside the code; none of it is the system's. */
  readonly sentence: string | undefined
  constructor(sentence?: string) {
    super('server fault')
    this.sentence = sentence
  }
}
