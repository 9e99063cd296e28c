// Texts that differ in nothing but whole numbers compared with a column. Promise: texts of one likeness are read alike: the
// same statement on the same relations with the same plan and the same facts; in doubt a text is like itself alone.

/** One statement without quotes, comments, casts or parameters: each word and sign here is what it looks like. */
const PLAIN = /^[ \t\r\n]*(?:select|insert|update|delete)\b[\w \t\r\n.,=<>()*+\-/]*;?[ \t\r\n]*$/i
const COMMENT = /--|\/\*/
/** Up to nine digits are of one type; `01` is 1. */
const COMPARED = /(?<![\w.])((?:[a-z_]\w*\.)?[a-z_]\w*[ \t\r\n]*=[ \t\r\n]*)(0|[1-9]\d{0,8})(?![\w.])/gi
/** `a = 1 or a <> 1` says something else than `a = 2 or a <> 1`. */
const OTHER_NUMBER = /(?<![\w\0])\d/
const NO_COLUMN = /(?<![\w.])(?:true|false|null)[ \t\r\n]*=/i

/** What all texts of one likeness have in common; equal numbers stay equal in it. */
export function likeness(text: string): string {
  if (!PLAIN.test(text) || COMMENT.test(text) || NO_COLUMN.test(text)) return text
  const numbers: string[] = []
  const common = text.replace(COMPARED, (_, compared: string, digits: string) => {
    const seen = numbers.indexOf(digits)
    return `${compared}\0${seen < 0 ? numbers.push(digits) - 1 : seen}`
  })
  return OTHER_NUMBER.test(common) ? text : common
}
