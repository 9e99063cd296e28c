import { testFinds } from './finds.fixture.ts'

testFinds([
  ['Springfield, IL 62704', 'zip 62704'],
  ['Ann Arbor MI 48109-1234', 'zip 48109-1234'],
  ['Boston, Massachusetts 02118', 'zip 02118'],
  ['PV2|||Ann Arbor^MI^99999^USA', 'zip 99999'],
  ['lives in Ottawa K1A 0B1', 'zip K1A 0B1'],
  ['ZIP: 7412 SL', 'zip 7412 SL'],
  ['ZIP: 3962', 'zip 3962'],
  ['zip code is 90010-170', 'zip 90010-170'],
  ['postcode EC1A 1BB', 'zip EC1A 1BB'],
  ['<postalCode>02118</postalCode>', 'zip 02118'],
])

testFinds(
  [
    'CT 70450 of the head',
    'IN 12345',
    'or 97201 cells',
    'files.zip      IA64 images',
    'zip archive of 2021 made',
    'MI 123456',
  ].map(text => [text]),
)
