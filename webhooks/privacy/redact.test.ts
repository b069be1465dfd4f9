import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from './redact.js';

const redactor = createRedactor('a secret for tests');
const redact = (text: string): string => redactor.redact(text).text;
/** The text with every token's digits left out, so that a table can state what should be seen. */
const shape = (text: string): string => redact(text).replace(/\[([A-Z]+)_[0-9a-f]{12}\]/g, '[$1]');

// Keys are put together here, so that no scanner of this repository takes them for real ones.
const KEY = {
  aws: `AKIA${'IOSFODNN7EXAMPLE'}`,
  awsSecret: `wJalrXUtnFEMI/K7MDENG/${'bPxRfiCYEXAMPLEKEY'}`,
  github: `ghp_${'16C7e42F292c6912E7710c838347Ae178B4a'}`,
  slack: `xoxb-${'17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy'}`,
  stripe: `sk_live_${'4eC39HqLyjWDarjtT1zdp7dc'}`,
  openai: `sk-proj-${'Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z'}`,
  google: `AIza${'SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY'}`,
  jwt: `eyJ${'hbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'}.eyJ${'zdWIiOiIxMjM0NTY3ODkwIn0'}.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U`,
};
const PEM_BODY = Array.from({ length: 3 }, () => 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj').join('\n');
const PEM = `-----BEGIN ${'PRIVATE KEY'}-----\n${PEM_BODY}\n-----END ${'PRIVATE KEY'}-----`;

const FOUND: Record<string, [text: string, expected: string][]> = {
  'e-mail': [
    ['Write to maria.keller+shop@example.com, please.', 'Write to [EMAIL], please.'],
    ['<a href="mailto:jo@mail.example.co.uk">', '<a href="mailto:[EMAIL]">'],
    ["users = ['ann@example.org', 'bob@example.org']", "users = ['[EMAIL]', '[EMAIL]']"],
    ['jürgen@müller.example', '[EMAIL]'],
    ['me@example.com.', '[EMAIL].'],
    [`f'ann@example.com'`, `f'[EMAIL]'`],
  ],
  phone: [
    ['Call +1 202 555 0143 today', 'Call [PHONE] today'],
    ['+1 (202) 555-0143', '[PHONE]'],
    ['Phone: (202) 555-0143.', 'Phone: [PHONE].'],
    ['202-555-0143 or 202.555.0144', '[PHONE] or [PHONE]'],
    ['tel:+442079460958', 'tel:[PHONE]'],
    ['0044 20 7946 0958', '[PHONE]'],
    ['020 7946 0958, 9 to 5', '[PHONE], 9 to 5'],
    ['07700 900123', '[PHONE]'],
    ['01 42 68 53 00', '[PHONE]'],
    ['+49 (0)30 901820', '[PHONE]'],
    ['030/901820 or 0151-23456789', '[PHONE] or [PHONE]'],
    ['"phone": "2025550143"', '"phone": "[PHONE]"'],
    ['ann,+12025550143,2024-05-01', 'ann,[PHONE],2024-05-01'],
    ['+12025550143x204', '[PHONE]x204'],
    ['my number is 020 7946 0958', 'my number is [PHONE]'],
  ],
  card: [
    ['4111 1111 1111 1111', '[CARD]'],
    ['card 4111-1111-1111-1111 exp 12/27', 'card [CARD] exp 12/27'],
    ['5555555555554444', '[CARD]'],
    ['3782 822463 10005 (Amex)', '[CARD] (Amex)'],
    ['on 12 4111 1111 1111 1111 was charged', 'on 12 [CARD] was charged'],
    ['6011111111111117.', '[CARD].'],
    ['30569309025904', '[CARD]'],
  ],
  iban: [
    ['DE89 3704 0044 0532 0130 00 please', '[IBAN] please'],
    ['GB29NWBK60161331926819', '[IBAN]'],
    ['fr14 2004 1010 0505 0001 3m02 606', '[IBAN]'],
    ['NO93-8601-1117-947', '[IBAN]'],
  ],
  ip: [
    ['from 81.2.69.142:443', 'from [IP]:443'],
    ['8.8.4.4.', '[IP].'],
    ['if ip == "81.2.69.142":', 'if ip == "[IP]":'],
    ['at 2a00:1450:4001:81b::200e.', 'at [IP].'],
    ['[2606:4700:4700::1111]:443', '[[IP]]:443'],
    ['::ffff:81.2.69.142', '::ffff:[IP]'],
  ],
  secret: [
    [`aws_access_key_id = ${KEY.aws}`, 'aws_access_key_id = [SECRET]'],
    [`aws_secret_access_key = ${KEY.awsSecret}`, 'aws_secret_access_key = [SECRET]'],
    [`token: ${KEY.github}.`, 'token: [SECRET].'],
    [`SLACK=${KEY.slack}`, 'SLACK=[SECRET]'],
    [`https://hooks.slack.com/services/${'T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'}`, 'https://hooks.slack.com/services/[SECRET]'],
    [`stripe.api_key = "${KEY.stripe}"`, 'stripe.api_key = "[SECRET]"'],
    [`OpenAI(api_key='${KEY.openai}')`, `OpenAI(api_key='[SECRET]')`],
    [`key=${KEY.google}`, 'key=[SECRET]'],
    [`Authorization: Bearer ${KEY.jwt}`, 'Authorization: Bearer [SECRET]'],
    [PEM, '[SECRET]'],
    [`-----BEGIN RSA ${'PRIVATE KEY'}-----\n${PEM_BODY}\nand no end`, '[SECRET]\nand no end'],
    [`key = "-----BEGIN EC ${'PRIVATE KEY'}-----\\n${PEM_BODY.replaceAll('\n', '\\n')}\\n-----END EC ${'PRIVATE KEY'}-----"`, 'key = "[SECRET]"'],
    ['postgres://app:S3cr3tPa55@db.example.com/app', 'postgres://app:[SECRET]@db.example.com/app'],
    ['password="Tr0ub4dor&3"', 'password="[SECRET]"'],
    ['DB_PASSWORD=Summer2024!', 'DB_PASSWORD=[SECRET]'],
    ["'api_key': 'a8f5f167f44f4964e6c998dee827110c'", "'api_key': '[SECRET]'"],
    ['client_secret => q7Hs92kLmm30xPzt', 'client_secret => [SECRET]'],
  ],
};

const LEFT: Record<string, string[]> = {
  'e-mail': ['git@github.com:org/repo.git', 'a @ b', 'A@B.T', 'x@w.reshape(2, 3)', '@app.route("/")', 'lodash@4.17.21', 'user@localhost'],
  phone: [
    'Order 112-4839201-3847562',
    'order number 415-555-2671',
    'invoice no. 020 7946 0958',
    '2024-05-01 10:30:00',
    '01/02/2024 and 01-02-24',
    'v1.20.300.4000',
    '$1,202,555.01 or 202.555',
    '2025550143',
    '1700000000000',
    'range(100, 200, 3000)',
    'ISBN 978-3-16-148410-0',
    'x = y +12',
    '+1 123 456 7890 is no American number',
    'port 8080, 443 and 5432',
    '00000000000',
    '2024-05-01T10:00:00+02:00',
  ],
  card: ['4111 1111 1111 1112', '1234567890123456', '1700000000000000', '0.4111111111111111', 'id4111111111111111', '41111111111111111111111', '4,111,111,111,111,111'],
  iban: ['DE89 3704 0044 0532 0130 01', 'XX89370400440532013000', 'ab12 is a group', 'GB29NWBK6016133192681'],
  ip: [
    '127.0.0.1 10.1.2.3 192.168.1.1 172.16.0.9 0.0.0.0 169.254.169.254',
    '192.0.2.10 198.51.100.7 203.0.113.99 255.255.255.0 224.0.0.1',
    'version 1.2.3.4, v1.2.3.4, pkg==1.2.3.4, 1.3.6.1.4.1, 10.0.19041.1, "^1.2.3.4"',
    '999.1.1.1',
    'std::vector a::b Face::Bad ::1 fe80::1 2001:db8::1 10:30:00 2024:05:01',
  ],
  secret: [
    'password = os.environ["DB_PASSWORD"]',
    'password: process.env.DB_PASSWORD',
    'const token = createToken2FA(user);',
    'let token = userToken1;',
    'password = "<your password>"',
    'password="changeme"',
    'api_key=YOUR_API_KEY_HERE_123',
    'secret: ${{ secrets.DEPLOY_KEY_2024 }}',
    'tokenizer = "cl100k_base"',
    'max_tokens: 4096',
    'I forgot my password: what now?',
    'postgres://user:password@localhost/db',
    '.sk-fading-circle-delay-animation { }',
    `-----BEGIN ${'PRIVATE KEY'}-----\nMIIE...\n-----END ${'PRIVATE KEY'}-----`,
    `if (line.startsWith('-----BEGIN ${'PRIVATE KEY'}-----')) begin();`,
    'bearer of bad news_today',
    'password reset tokens expire after 24 hours',
  ],
};

describe.each(Object.entries(FOUND))('%s', (_kind, table) => {
  it.each(table)('is found in %j', (text, expected) => expect(shape(text)).toBe(expected));
});

describe.each(Object.entries(LEFT))('no %s', (_kind, texts) => {
  it.each(texts)('in %j', (text) => expect(redactor.redact(text)).toEqual({ text, counts: {} }));
});

describe('tokens', () => {
  it('are the same for every spelling of a value, in every text, and other for other values', () => {
    expect(redact('Ann@Example.com')).toBe(redact('ann@example.COM'));
    expect(redact('4111-1111-1111-1111')).toBe(redact('4111111111111111'));
    expect(redact('+1 (202) 555-0143')).toBe(redact('202-555-0143'));
    expect(redact('2606:4700:4700:0:0:0:0:1111')).toBe(redact('2606:4700:4700::1111'));
    expect(redact('de89370400440532013000')).toBe(redact('DE89 3704 0044 0532 0130 00'));
    const many = Array.from({ length: 2000 }, (_, i) => redact(`user${i}@example.com`));
    expect(new Set(many).size).toBe(2000);
  });

  it('depend on the secret', () => {
    expect(createRedactor('another').redact('a@example.com').text).not.toBe(redact('a@example.com'));
  });

  it('are counted by kind', () => {
    const { counts } = redactor.redact('a@example.com, b@example.com, 4111 1111 1111 1111');
    expect(counts).toEqual({ email: 2, card: 1 });
  });
});

describe('overlaps', () => {
  it('become one token that covers all and bears the first kind', () => {
    expect(shape('password="a9X@example.com!"')).toBe('password="[SECRET]"');
    expect(shape('+1 202 555 0143 4111 1111 1111 1111')).toBe('[PHONE] [CARD]');
  });
});

const VALUES = [
  ...Object.values({ ...KEY, awsSecret: `aws_secret_access_key="${KEY.awsSecret}"` }),
  PEM,
  'ann.lee@example.com',
  '+1 202 555 0143',
  '4111 1111 1111 1111',
  'DE89 3704 0044 0532 0130 00',
  '81.2.69.142',
  '2606:4700:4700::1111',
];
const FRAGMENTS = [
  ...VALUES, 'password=', 'api_key: "', '"', "'", '@', '.', ':', '-', '+', '(', ')', ' ', '  ', '\n', '0', '00', '4111', '2',
  'tel ', 'order ', 'example.com', 'eyJhbGci', '://u:', '[EMAIL_', '[SECRET_0123456789ab]', ']', 'é', '\ud800', '\0',
];

describe('properties', () => {
  const messy = fc.array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ maxLength: 8, unit: 'binary' })), { maxLength: 24 });

  it('redacting twice is redacting once (seed 20240611)', () => {
    fc.assert(
      fc.property(messy, (parts) => {
        const once = redactor.redact(parts.join(''));
        expect(redactor.redact(once.text)).toEqual({ text: once.text, counts: {} });
        expect(redactor.redact(parts.join(''))).toEqual(once);
      }),
      { seed: 20240611, numRuns: 3000 },
    );
  });

  it('no planted value is left, wherever it stands between words (seed 7)', () => {
    const prose = fc.array(fc.constantFrom('please', 'refund', 'the', 'to', 'at', 'for', 'my', '-', '(see)'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...VALUES), prose, prose, fc.constantFrom(' ', ' "', '\n', ' ('), (value, before, after, gap) => {
        const out = redact(`${before.join(' ')}${gap}${value} ${after.join(' ')}`);
        expect(out).not.toContain(value);
        expect(out.startsWith(before.join(' ')) && out.endsWith(after.join(' '))).toBe(true);
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it('letters and blanks alone come back unchanged (seed 11)', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z ,;\n]*$/), (text) => {
        expect(redactor.redact(text)).toEqual({ text, counts: {} });
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});

describe('hostile texts of a megabyte', () => {
  const HOSTILE = [
    'a', '@', 'a@', 'a.', 'a@a.', '1', '1 ', '1-', '+1', '+1 (', '(0', '00', '4 ', '4111 1111 1111 1111', '1.', '1.1.1.1.', '2000:', ':', '-',
    'eyJ', 'eyJaaaaaaaa.', '-eyJaaaaaaaa', 'AKIA', 'sk-', 'sk-a', 'sk-A1', '-sk-A1', 'xoxb-', 'DE89 ', 'GB29', 'password=', 'password="', "token:'",
    'phone ', 'tel: 1', 'call me back at ', '://', '://a:', '://a:b@', 'bearer ', 'bearer a', `-----BEGIN ${'PRIVATE KEY'}-----`,
    `-----BEGIN ${'PRIVATE KEY'}-----\n${'A'.repeat(64)}\n`, `-----END ${'PRIVATE KEY'}-----`, '[EMAIL_', 'a@example.com ', '8.8.8.8 ', '\0', '\ud800',
  ];
  const seconds = (text: string): number => {
    const before = performance.now();
    redactor.redact(text);
    return (performance.now() - before) / 1000;
  };

  it.each(HOSTILE)('%j repeated takes time in proportion to its length', (part) => {
    const megabyte = part.repeat(Math.ceil(2 ** 20 / part.length));
    const eighth = seconds(megabyte.slice(0, megabyte.length / 8));
    // A quadratic rule would take 64 times as long for 8 times the text; the second is for a noisy machine.
    expect(seconds(megabyte)).toBeLessThan(24 * eighth + 1);
  }, 60_000);
});
