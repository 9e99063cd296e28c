import { testFinds } from './finds.fixture.ts'

testFinds([
  ['pay GB82 WEST 1234 5698 7654 32 today', 'account GB82 WEST 1234 5698 7654 32'],
  ['pay DE89370400440532013000.', 'account DE89370400440532013000'],
  ['pay NO9386011117947', 'account NO9386011117947'],
  ['account GB29NWBK60161331926819', 'account GB29NWBK60161331926819'],
  // A wrong check sum, a country without IBANs, one character more.
  ['pay GB83WEST12345698765432'],
  ['pay US82WEST12345698765432'],
  ['pay DE893704004405320130001'],
])
