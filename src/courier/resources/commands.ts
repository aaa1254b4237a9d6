import { InputError } from '../../graph/errors.ts';
import { command } from '../courier.ts';

command('answerCourierAsk', '/v1/ask-entries/');
command('setCourierBadgeCounts', '/v1/bulk-badge-counts/');
command('synthesizeCourierSpeech', '/v1/tts-synthesizers/');
command('createCourierTwiml', '/v1/voice-ivrs/{id}/twiml/');

command('purgeCourierData', '/v1/purge-data/', {
  description:
    'Removes everything that courier keeps about one thing. It cannot be taken back: it needs the scope `admin`, and the id twice.',
  input: (t) => ({
    confirmEntityId: t.string({ required: true, description: 'The same as `entityId`, once more.' }),
  }),
  check: ({ entityId, confirmEntityId }) => {
    if (entityId !== confirmEntityId)
      throw new InputError('input.confirmEntityId', 'must be the same as entityId');
  },
});
