const RATE = 8000;

/** A WAV file (PCM, one channel, 8 bits) that hums for as long as it would take to read a text, two seconds at the most. */
export function spoken(text: string): Buffer {
  const samples = Math.min(RATE * 2, Math.max(RATE / 10, text.length * (RATE / 16)));
  const data = Buffer.from(
    Array.from({ length: Math.floor(samples) }, (_, at) => 128 + Math.round(20 * Math.sin(at / 6))),
  );
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
