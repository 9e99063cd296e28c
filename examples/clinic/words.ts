// The vocabulary of the synthetic clinic: common names and clinical terms, combined by a seeded generator.
type List<T> = readonly [T, ...T[]]

export const givenNames = {
  F: 'Maria Aisha Wei Olivia Fatima Hannah Priya Sofia Chloe Naomi Ingrid Elena Grace Yuki Amara Lucia Ruth Noor Zoe Tara'.split(
    ' ',
  ) as unknown as List<string>,
  M: 'James Omar Liang Noah Ahmed Daniel Arjun Mateo Lucas Samuel Erik Ivan Henry Kenji Kofi Diego Isaac Tariq Leo Sean'.split(
    ' ',
  ) as unknown as List<string>,
}

export const familyNames =
  'Garcia Khan Chen Smith Okafor Cohen Patel Rossi Martin Dubois Larsen Petrov Johnson Tanaka Mensah Silva Levy Haddad Murphy Novak Brown Nguyen Kowalski Schmidt Andersson Moreau Costa Wilson Kim Ali Yilmaz Fischer Horvat Jansen Popescu Sato Mbeki Castillo OBrien Lindgren'.split(
    ' ',
  ) as unknown as List<string>

export const streets: List<string> = [
  'Maple',
  'Harbor',
  'Willow',
  'Station',
  'Mill',
  'Orchard',
  'Church',
  'Lakeview',
  'Cedar',
  'Hill',
]

export const cities: List<readonly [city: string, zip: string]> = [
  ['Northfield', '00210'],
  ['Riverton', '00234'],
  ['Eastbrook', '00257'],
  ['Harborview', '00281'],
  ['Millbury', '00293'],
]

export const clinicians: List<string> = [
  'Dr. Alice Meyer',
  'Dr. Ben Osei',
  'Dr. Carla Ruiz',
  'NP Dana Holt',
  'Dr. Emil Strand',
]

export const complaints: List<readonly [reason: string, plan: string]> = [
  ['hypertension follow-up', 'continue lisinopril, home readings twice weekly'],
  ['type 2 diabetes review', 'repeat HbA1c in three months, foot examination normal'],
  ['lower back pain', 'physiotherapy referral, ibuprofen as needed'],
  ['asthma review', 'inhaler technique checked, step-up discussed'],
  ['annual physical', 'vaccinations up to date, no further action'],
  ['migraine', 'headache diary, sumatriptan trial'],
  ['anxiety', 'referred to counselling, review in six weeks'],
  ['knee osteoarthritis', 'X-ray ordered, weight management advice'],
  ['upper respiratory infection', 'supportive care, return if fever persists'],
  ['hypothyroidism', 'TSH in eight weeks, dose unchanged'],
]

export const kinds: List<string> = ['office visit', 'telehealth', 'urgent care', 'follow-up']

export const drugs: List<readonly [drug: string, dose: string]> = [
  ['lisinopril', '10 mg daily'],
  ['metformin', '500 mg twice daily'],
  ['atorvastatin', '20 mg nightly'],
  ['levothyroxine', '50 mcg daily'],
  ['sertraline', '50 mg daily'],
  ['albuterol', '2 puffs as needed'],
  ['omeprazole', '20 mg daily'],
]

/** Lowest and highest are in tenths of the unit. */
export const tests: List<readonly [test: string, lowest: number, highest: number, unit: string]> = [
  ['HbA1c', 48, 98, '%'],
  ['glucose', 700, 2200, 'mg/dL'],
  ['LDL cholesterol', 600, 1900, 'mg/dL'],
  ['TSH', 4, 78, 'mIU/L'],
  ['creatinine', 5, 18, 'mg/dL'],
  ['hemoglobin', 105, 172, 'g/dL'],
]
