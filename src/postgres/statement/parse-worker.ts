// Parses long texts away from the event loop. Promise: answers each text once, with trees cut to what matters.
import { parentPort } from 'node:worker_threads'
import { notAnalysable, parseText } from './parse.ts'
import { loadParser } from './parser.ts'
import { shorten } from './shorten.ts'

const port = parentPort
if (port === null) throw new Error('this file is the body of a worker')
await loadParser()
port.on('message', (text: string) => {
  try {
    port.postMessage(parseText(text, shorten))
  } catch {
    port.postMessage(notAnalysable())
  }
})
port.postMessage('ready')
