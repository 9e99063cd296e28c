// Inbox files as tests take them apart and put them together again, checksums made to fit.
import { closeSync, readFileSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { FIRST_FRAME, FRAME_HEAD_BYTES, FrameBuilder, type FrameRecord, NO_FRAME, readRecords } from './frame.ts'
import { FrameReader, openForReading } from './inbox-frames.ts'

/** Where each frame ends, ascending. */
export function frameEnds(path: string): number[] {
  const handle = openForReading(path)
  const ends: number[] = []
  const reader = new FrameReader(handle)
  for (let frame = reader.next(); frame; frame = reader.next()) ends.push(frame.end)
  closeSync(handle)
  return ends
}

/** The records of a file, frame by frame. */
export function readFile(path: string): FrameRecord[][] {
  const handle = openForReading(path)
  const frames: FrameRecord[][] = []
  const reader = new FrameReader(handle)
  for (let frame = reader.next(); frame; frame = reader.next()) frames.push([...readRecords(Buffer.from(frame.body))])
  closeSync(handle)
  return frames
}

/** Writes a file of these frames; the hash of each entry is that of its leaf. */
export function writeFile(path: string, frames: readonly (readonly FrameRecord[])[]): void {
  const parts = [readFileSync(path).subarray(0, FIRST_FRAME)]
  const frame = new FrameBuilder()
  let before = NO_FRAME
  for (const records of frames) {
    frame.begin()
    for (const record of records) {
      if (record.kind !== 'entry') {
        frame.record(record)
        continue
      }
      const at = frame.beginEntry()
      const { transcript, sealed, leaf } = record
      for (const blob of [transcript, sealed]) if (blob) frame.take(blob.length).set(blob)
      const lengths = { transcript: transcript?.length ?? null, sealed: sealed?.length ?? null }
      frame.endEntry(at, Buffer.from(leaf).toString(), { ...record, ...lengths })
    }
    const { bytes, crc } = frame.close(before)
    parts.push(Buffer.from(bytes))
    before = crc
  }
  writeFileSync(path, Buffer.concat(parts))
}

/** The bytes of a file whose frames end there, with every checksum made to fit what is in it. */
export function refitted(bytes: Buffer, ends: readonly number[]): Buffer {
  const fitting = Buffer.from(bytes)
  let [start, before] = [FIRST_FRAME, NO_FRAME]
  for (const end of ends) {
    const crc = crc32(fitting.subarray(start + FRAME_HEAD_BYTES, end))
    fitting.writeUInt32BE(end - start - FRAME_HEAD_BYTES, start)
    fitting.writeUInt32BE(crc, start + 4)
    fitting.writeUInt32BE(before, start + 8)
    fitting.writeUInt32BE(crc32(fitting.subarray(start, start + 12)), start + 12)
    start = end
    before = crc
  }
  return fitting
}
