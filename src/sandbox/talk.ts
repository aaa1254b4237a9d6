import type { Random } from './random.ts';

/** One line of small talk: who says it, and what. */
export interface Line {
  by: 'us' | 'them';
  text: string;
}

// `<` is said by us, `>` by them
const TALKS = [
  '<Hi {first}, this is Harbour Clinic. Your appointment with {doctor} is on {day} at {time}. Reply 1 to confirm or 2 to move it.|>1|<Thank you, {first}. See you on {day}!',
  '<Hello {first}, {doctor} is running about 20 minutes late today. Sorry for the wait.|>No problem, I will grab a coffee downstairs.|<Thanks for understanding. We will text you when it is your turn.',
  '>Hi, can I still get an appointment this week? My knee is acting up again.|<Sorry to hear that, {first}. We have {day} at {time}. Would that work?|>Yes please!|<Booked. Please bring your insurance card.',
  '<Your test results are in, {first}. Everything looks normal. You can read the full report in the app.|>What a relief, thank you!|<You are welcome. Have a good {day}.',
  '<Your prescription is ready for pick-up at Lantern Pharmacy. We are open until 19:00.|>Can my daughter collect it for me?|<Yes, she only needs to show your order number.|>Perfect, she will come by after school.',
  '>Is it normal that the cut is still a bit red after three days?|<A little redness is fine. If it feels warm or the redness spreads, call us at once.|>It is not warm. I will keep an eye on it.|<Good. Could you send us a photo tomorrow morning?',
  '<Time for your yearly flu shot, {first}. Walk in on {day} between 9:00 and 12:00, no appointment needed.|>Does it cost anything?|<It is covered by your plan.',
  '>Do you have the blue walking boots in size 42?|<We do! Two pairs left. Shall we put one aside for you?|>Yes, I will come by on {day}.|<They are waiting for you at the counter under {first}.',
  '<Your order has left our warehouse and should reach you on {day}.|>Great. Can the courier leave it with the neighbour at number 12?|<Noted, we have told the driver.',
  '>I think you sent me the wrong invoice, it has somebody else as the payer.|<You are right, and we are sorry. A corrected one is on its way to your inbox.|>Got it, thanks for being so quick.',
  '<Hi {first}, how do you feel two days after the procedure? Any pain above 5 out of 10?|>About a 3. Sleeping well.|<That is what we hoped for. Keep taking the tablets with food.',
  '>Where do I park when I come in on {day}?|<There is parking behind the building, entrance on Mill Lane. The first two hours are free.|>Brilliant, thanks.',
  '<A reminder: please do not eat or drink anything but water from midnight before your blood test.|>Does black coffee count?|<It does, sadly. Water only.|>Understood :)',
  '<We missed you today, {first}. Would you like a new time?|>So sorry! My train was cancelled. {day} afternoon?|<{day} at {time} is yours.',
  '>My inhaler is nearly empty, can I get a repeat?|<Of course. {doctor} has signed it off, it goes to your pharmacy tonight.|>You are the best.',
  '<Here is the exercise plan we talked about. Ten minutes a day is plenty to begin with.|>Done with day one. My back says thank you!|<Wonderful. Add the second set from {day} on.',
  '>Are you open on the public holiday?|<We are closed, but the on-call line is staffed all day.|>Good to know.',
  '<How was your visit, {first}? One word is enough, we read them all.|>Friendly!|<That made our day.',
  '>Can I bring my mother to the appointment? She translates for me.|<Please do. We also have an interpreter if you prefer.|>My mother is fine, thank you.',
  '<{doctor} would like to see you once more before your holiday. Is {day} at {time} possible?|>I fly on {day}. Would the day before work?|<It would. We moved it, see you then.',
  '>I lost the leaflet about the diet, could you send it again?|<Attached. Page two has the shopping list.|>Thanks a lot.',
  '<Your monthly statement is ready. Nothing to pay this time.|>That is a nice change!',
  '>The new glasses are great but the left arm is loose.|<Drop in any time, we will tighten it while you wait.|>On my way now.',
  '<Good morning {first}. Please remember your readings this week, the app only shows {day}.|>Sorry, 128 over 82 this morning.|<Thank you. That is a good trend.',
];
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];
const TIMES = ['8:40', '9:15', '10:30', '11:20', '13:45', '15:10', '16:30'];
const DOCTORS = ['Dr. Rahimi', 'Nurse Paul', 'Dr. Holm'];
const REPLIES = [
  'Thank you!',
  'Got it, thanks.',
  'Great, see you then.',
  'Could you call me back this afternoon?',
  'Perfect, that works for me.',
  'One question: do I need to bring anything?',
  'Thanks, I feel better already.',
  'Is it possible to come a little earlier?',
];
const OPENERS = [
  'Good morning! Is anybody at the desk already?',
  'Hi, could you check whether my papers have arrived?',
  'Hello, I would like to move my appointment to next week.',
  'Hi there, does the shop still have the small size?',
  'Quick question: may I take both tablets at once?',
  'I just uploaded the photo you asked for.',
];

/** Deals exchanges in an order of its own; none comes twice before each came once. */
export function storyteller(random: Random): (first: string) => Line[] {
  let deck: string[] = [];
  return (first) => {
    if (deck.length === 0) deck = random.shuffle(TALKS);
    return told(random, deck.pop() ?? '', first);
  };
}

/** What the organization writes to somebody unasked. */
export function notice(random: Random, first: string): string {
  const begun = TALKS.filter((script) => script.startsWith('<'));
  return told(random, random.pick(begun), first)[0]?.text ?? '';
}

function told(random: Random, script: string, first: string): Line[] {
  const said = { first, day: random.pick(DAYS), time: random.pick(TIMES), doctor: random.pick(DOCTORS) };
  return script.split('|').map((line) => ({
    by: line.startsWith('<') ? 'us' : 'them',
    text: line.slice(1).replace(/\{(first|day|time|doctor)\}/g, (_, word: keyof typeof said) => said[word]),
  }));
}

/** What somebody says to a message they got. */
export function reply(random: Random): string {
  return random.pick(REPLIES);
}

/** What somebody writes unasked. */
export function opener(random: Random): string {
  return random.pick(OPENERS);
}
