// Texts of programmers, chemists, librarians and laboratories in which there is no PHI. Promise: nothing in them is hidden.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFinds } from './finds.fixture.ts'
import { createMasker, defaultPlan } from './masker.ts'

const harmless = [
  // Code and what programs print of it.
  '// SPDX-License-Identifier: Apache-2.0\n\nimport json5',
  'SPDX-License-Identifier: GPL-2.0-or-later',
  'commit 76dea33624d0e59efc3b907f',
  '914EA3CEE48717207C93DB9BDC862DEA536B920E, 8dec87e',
  'f8dea280-9ba7-49f8-8029-d8262ceefe9f',
  'cuid ckopqwooh000001la8mbi2im9',
  '"PT0.001S", "-PT1M30S", "PT12H30M5S"',
  'rows[0::2], split()[2::3], node.children[::2]',
  'In std::f64::, core::arch::x86_64::*',
  'from_array([1.0, +2147483647.0, +0.0])',
  'clone git@github.com:example/project.git',
  'certifi==2024.2.2\ntzdata>=2024.1.1',
  'pkg@2024.1.15, version 2023.12.01, v2021.03.04',
  '[assembly: AssemblyVersion("1.0.0.0")]',
  'PING localhost (127.0.0.1), mask 255.255.255.0, on 0.0.0.0:80 and [::1]',
  '@@ -123,45 +6789,12 @@',
  'color: #123456; margin: 10px 20px 30px',
  'Cache-Control: no-cache, Epoch 5/2000 steps',
  // Documents.
  'sections 3.1.3.6, §1.2.3.4, Figure 3.1.2.1',
  'Clause 252.227-7013, DFARS 252.227-7014 (c)',
  'Telephone Corporation, 2002, 2017-2020 the authors',
  'Cell 2019; 177(4): 1019-1031. Cell. 2012;149:1192-1205',
  'doi:10.1038/s41586-020-2649-2, arXiv:2301.12345v2, ISBN 978-3-16-148410-0',
  'APR 4.99 %, MAR 1.5 mg',
  // Series of numbers.
  '572 375 433 727 793 762',
  '96 5f 6b 06 75 38 98 72 59 09 04 74 61 f1',
  'Na 140 mmol/L, K 4.2, Glucose 95 mg/dL (70-100), BP 120/80',
  'ICD-10 E11.9, CPT 99213-25, LOINC 2345-7, SNOMED 195967001, RxCUI 1049221, NDC 50090-1234-0',
  'CAS 7732-18-5, rs1234567890, NM_000059.3, chr17:41196312-41277500',
]
testFinds(harmless.map(text => [text]))

test('the version of a program in JSON is no date and no address', () => {
  const text = '{"name":"certifi","version":"2024.2.2","schema_version":"1.0.0.0"}'
  const { findings } = createMasker(defaultPlan, new Set<string>()).text(Buffer.from(text))
  assert.deepEqual(findings, {})
})

// What stands beside them is found all the same.
testFinds([
  ['version check failed for 10.0.0.7', 'ip 10.0.0.7'],
  ['version 2 of 31.12.1999', 'date 31.12.1999'],
  ['version 2026.8.31-smith.4', 'date 2026.8.31'],
  ['release of 2021.03.04', 'date 2021.03.04'],
  ['version 31.8.1957, v1957.08.31', 'date 31.8.1957', 'date 1957.08.31'],
  ['date==x 2024.02.02', 'date 2024.02.02'],
  ['fe80::/10', 'ip fe80::'],
  ['from x[2001:db8::1]', 'ip 2001:db8::1'],
  ['DOB 03/04/1950MRN 448812', 'date 03/04/1950', 'mrn 448812'],
  ['DEA AB1234563', 'license AB1234563'],
  ['license no. CA-D4488129', 'license CA-D4488129'],
  ['tel 2017-2020', 'phone 2017-2020'],
  ['phone 252.227-7013', 'phone 252.227-7013'],
  ['Apr 4', 'date Apr 4'],
  ['05dec21', 'date 05dec21'],
])
