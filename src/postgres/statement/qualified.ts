// Names of relations, columns and functions as policy reads them. Promise: two different things never have one name.
export function qualified(...parts: readonly string[]): string {
  return parts.map(quoted).join('.')
}

function quoted(name: string): string {
  return /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}
