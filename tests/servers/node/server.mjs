// A server of two protocols: the "ws service" (ws-service.md) and the "gateway" (gateway.md).
//   node server.mjs --port 0 --profile FILE [--reading NAME]...      node server.mjs --list-readings
// It writes FILE for a conformance tool, prints "listening", and runs until stdin ends or SIGTERM.
import http from 'node:http';
import { randomBytes, randomInt } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { WebSocket, WebSocketServer } from 'ws';

// ---- readings: other lawful ways to read or implement the documents, and why each is permitted

const READINGS = {
  // both protocols: answers in time
  'in-order': 'no order of answers is stated: strictly one after the other, a slow call holds up the rest',
  'reverse-batches': 'no order of answers is stated: calls that come side by side are answered last first',
  'jitter': 'no order of answers is stated: each takes a random time of up to 150 ms',
  'delay-1500': 'no time limit is stated: 1.5 s before each answer',
  'delay-3000': 'no time limit is stated: 3 s before each answer',
  'idle-close': 'a heartbeat is asked for, so a client that is silent for 10 s may be dropped',
  // both: layout of JSON and frames
  'extra-members': 'nowhere is it said that replies have no further members',
  'reverse-members': 'JSON objects are unordered',
  'pretty': 'JSON permits white space between tokens',
  'escaped': 'JSON permits \\u escapes and \\/ in strings: replies are pure ASCII',
  'number-forms': 'JSON has one number type: 200.0 is 200',
  'nulls': 'nothing says how an optional member without a value looks: null',
  'absent': 'nothing says how an optional member without a value looks: left out',
  'first-duplicate': 'JSON leaves the meaning of a repeated name open: the first one counts',
  'deep-ok': 'JSON leaves the limit of nesting to the reader: here there is none',
  'fragments': 'WebSocket: a message may come in several frames, cut anywhere',
  'binary-frames': 'only JSON is asked for, not the kind of frame: JSON is sent in binary messages',
  'text-only': 'only text is shown: JSON in a binary message is not taken for JSON',
  'deflate': 'WebSocket: permessage-deflate may be agreed upon when the client offers it',
  // both: tokens, checks, addresses, HTTP headers
  'digit-tokens': 'the characters of a token are not stated: digits only',
  'route-first': 'the order of checks is not stated: the name of the call before everything else',
  'odd-case': 'HTTP: names of headers are case-insensitive',
  'no-date': 'HTTP: a server without a clock sends no Date',
  'two-ports': 'the documents do not say whether the two services share a port',
  // ws service: the handshake
  'refuse-by-close': '"refuse directly" names no means: the upgrade is accepted and closed at once (1008)',
  'refuse-by-hangup': '"refuse directly" names no means: the TCP connection ends without a response',
  'refuse-with-error': '"refuse directly" names no means: accepted, then -9999 (other error, disconnects)',
  'empty-get-token': 'whether an empty GET parameter counts as given is not stated: here the header is used',
  'loose-case': 'names are written in both cases (Dev-Token, dev-token): case does not matter for names',
  'one-connection': 'connections per account are not stated: a new one forces the older one offline',
  // ws service: calls
  'pay-first': 'the order of checks is not stated: payment first',
  'unpaid-all': '1402 may concern every call of an account that has yet to pay',
  'ts-illegal-3': 'which of the three illegal requests a bad ts is, is not stated: III',
  'ts-string': 'the type of ts is not stated: digits in a string will do',
  'ts-exclusive': 'whether exactly 5 minutes is still within them is not stated: it is not',
  'server-ts': 'whether ts of a reply is the request\'s or the server\'s is not stated: the server\'s',
  'bad-shape-illegal': 'a call without controller or action may be illegal rather than nonexistent',
  'non-object-1400': 'JSON that is not an object may be a failure of parsing as well',
  'extra-for-14xx': 'where 14xx carries the mark is not stated: result.extra',
  'chinese': 'the table gives each meaning in two languages: messages are Chinese',
  'timed-events': 'when events are pushed is not stated: every 2 s, unasked, on each connection',
  'welcome-notice': 'whether anything is sent without a request is not stated: a notice after the upgrade',
  'global-events': 'whom an event reaches is not stated: subscribers of all accounts',
  'event-before-reply': 'the order of an event and of the reply to its cause is not stated',
  'answer-before-offline': 'a call that forces offline may be answered first',
  'close-codes': 'the close code is not stated: 4998 and 4999 with a reason',
  'abrupt-close': '"disconnects" names no means: the TCP connection ends without a close frame',
  // gateway
  'deep-path': 'the path before login, global and ws is free',
  'bizbody-strict': 'bizBody is a required parameter of the HTTP body: {"bizBody": ...}, nothing else',
  'bizbody-plain': 'bizBody is only the table\'s name for the body as the demo shows it: never unwrapped',
  'body-first': 'the order of checks is not stated: the body before the headers',
  'strict-types': 'companyId and timestamp are numbers and trace is a string: nothing else in JSON headers',
  'fresh-timestamp': 'use of the timestamp is not stated: at most 5 minutes off (heartbeats excepted)',
  'token-always': 'a token that is sent although none is needed may be checked',
  'any-route': 'whether a bizType is bound to login, register or global is not stated: it is not',
  'any-content-type': 'refusal of other content types is not stated: the body is read as JSON anyhow',
  'http-status': 'the HTTP status of exceptions is not stated: 400, 401, 403, 404, 405, 409, 415',
  'http-bare': 'as http-status, and such a response has no envelope',
  'always-200': 'the HTTP status of exceptions is not stated: 200 even for a wrong method or path',
  'word-codes': 'code is a string; exceptions have words for codes',
  'tm-epoch': '"processing time (milliseconds)" may be a point in time',
  'data-is-biztype': '"return bizType in case of exception": data is the bizType itself',
  'placeholders': 'msg may be the description with its placeholders, to be filled from msgParams',
  'english': 'what the language information affects is not stated: messages are English',
  'single-session': 'sessions per user are not stated: a second login ends the first',
  'token-nested': 'where a login returns its token is not stated: /data/user/token',
  'long-tokens': 'the length of session tokens is not stated: 400 characters',
  'gateway-pings': 'WebSocket: an endpoint may send ping frames at any time (here: the gateway, each second)',
  'gzip': 'HTTP: content coding, if the client accepts it',
  'chunked': 'HTTP: a body may come in chunks, without Content-Length',
  'connection-close': 'HTTP: a server may close the connection after each response',
};
const CONTRADICTIONS = [['in-order', 'reverse-batches'], ['nulls', 'absent'], ['bizbody-strict', 'bizbody-plain'],
  ['http-status', 'http-bare', 'always-200'], ['refuse-by-close', 'refuse-by-hangup', 'refuse-with-error'],
  ['abrupt-close', 'close-codes']];

const options = { port: '0', profile: '' }, chosen = new Set();
const quit = text => { console.error(text); process.exit(2); };
for (let args = process.argv.slice(2); args.length;) {
  const name = args.shift();
  if (name === '--list-readings') { console.log(Object.keys(READINGS).join('\n')); process.exit(0); }
  if (!['--port', '--profile', '--reading'].includes(name) || !args.length) quit(`cannot use ${name}`);
  if (name !== '--reading') options[name.slice(2)] = args.shift();
  else if (Object.hasOwn(READINGS, args[0])) chosen.add(args.shift());
  else quit(`no such reading: ${args[0]}`);
}
for (const group of CONTRADICTIONS) {
  const both = group.filter(name => chosen.has(name));
  if (both.length > 1) quit(`readings that contradict each other: ${both.join(', ')}`);
}
if (!options.profile || !/^\d+$/.test(options.port)) quit('usage: --port N --profile FILE [--reading NAME]...');
const on = name => chosen.has(name);
const DELAY = (on('delay-1500') ? 1500 : 0) + (on('delay-3000') ? 3000 : 0);
const SLOW = 700, MIB = 1 << 20, MAX_BODY = 4 * MIB, MAX_DEPTH = 1000, FIVE_MINUTES = 300;
const seconds = () => Math.floor(Date.now() / 1000);

// ---- JSON: what must come back unchanged is cut out of the raw text, so no digit or escape is lost

class Raw { constructor(text) { this.text = text; } }
const raw = text => text === undefined ? undefined : new Raw(text);

function endOfString(text, i) {
  for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++;
  return i;
}

/** Whether the text is JSON, and not nested too deeply. */
function isJson(text) {
  try { JSON.parse(text); } catch { return false; }
  for (let i = 0, depth = 0; i < text.length && !on('deep-ok'); i++) {
    if (text[i] === '"') i = endOfString(text, i);
    else if ('[{'.includes(text[i]) && ++depth > MAX_DEPTH) return false;
    else if (']}'.includes(text[i])) depth--;
  }
  return true;
}

/** The members of an object, each as raw text; undefined for any other JSON text. */
function members(text) {
  if (!(text = text?.trim())?.startsWith('{')) return undefined;
  const found = new Map();
  for (let i = 0, depth = 0, start = 0, key; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      const from = i;
      i = endOfString(text, i);
      if (depth === 1) key ??= JSON.parse(text.slice(from, i + 1));
    } else if (depth === 1 && c === ':') start = i + 1;
    else if (depth === 1 && ',}'.includes(c)) {
      if (key !== undefined && !(on('first-duplicate') && found.has(key))) found.set(key, text.slice(start, i).trim());
      key = undefined;
    } else if ('[{'.includes(c)) depth++;
    else if (']}'.includes(c)) depth--;
  }
  return found;
}

const stringOf = text => text?.startsWith('"') ? JSON.parse(text) : undefined;
/** A string, number or boolean as text. */
const scalarOf = text => text === undefined || /^(null|[[{])/.test(text) ? undefined : stringOf(text) ?? text;

function encode(value, pad = '\r\n') {
  if (value instanceof Raw) return value.text;
  if (typeof value === 'number' && on('number-forms')) return `${value}.0`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const list = Array.isArray(value), pretty = on('pretty'), inner = `${pad}\t`;
  const parts = list ? value.map(e => encode(e, inner)) : Object.entries(value).filter(([, e]) => e !== undefined)
    .map(([k, e]) => JSON.stringify(k) + (pretty ? ' : ' : ':') + encode(e, inner));
  if (!list && on('reverse-members')) parts.reverse();
  const body = pretty && parts.length ? inner + parts.join(` ,${inner}`) + pad : parts.join(',');
  return list ? `[${body}]` : `{${body}}`;
}

let replies = 0;
function toJson(reply) {
  const more = { requestId: `r-${++replies}`, node: { name: 'n1', load: [0, 1] }, deprecated: null };
  const nested = reply.result && { result: { ...reply.result, cached: false } };
  const text = encode(on('extra-members') ? { ...reply, ...nested, ...more } : reply) + (on('pretty') ? '\r\n' : '');
  return !on('escaped') ? text : text.replace(/\\[^]|\/|[^\0-\x7f]/g, c => c[0] === '\\' ? c
    : c === '/' ? '\\/' : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What stands for an optional member without a value. */
const optional = (value, empty) => value !== undefined ? value : on('nulls') ? null : on('absent') ? undefined : empty;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function decode(bytes) {
  try { return utf8.decode(bytes); } catch { return undefined; }
}

// ---- a WebSocket connection of either protocol

const peers = new Set();
const waitingTime = () => DELAY + (on('jitter') ? randomInt(150) : 0);

class Peer {
  subscribed = new Set(); over = false; pending = 0; last = Promise.resolve(); batch = [];

  /** receive(peer, text or undefined) is called for each message, within a turn to answer. */
  constructor(ws, socket, receive, account) {
    Object.assign(this, { ws, socket, account });
    peers.add(this);
    const timers = [];
    if (on('idle-close')) {
      const idle = setTimeout(() => ws.close(1001, 'idle'), 10_000);
      timers.push(idle);
      for (const traffic of ['message', 'ping', 'pong']) ws.on(traffic, () => idle.refresh());
    }
    if (on('gateway-pings') && !account) timers.push(setInterval(() => ws.ping(), 1000));
    const tick = () => this.say(event('weather', { sky: 'clear' }));
    if (on('timed-events') && account) timers.push(setInterval(tick, 2000));
    ws.on('message', (data, binary) => {
      const time = Date.now();
      this.answer(() => receive(this, binary && on('text-only') ? undefined : decode(data), time));
    });
    ws.on('error', () => {}); // a broken frame: the library closes the connection
    ws.on('close', () => { peers.delete(this); timers.forEach(clearTimeout); });
  }

  async answer(handler) {
    if (this.over || this.ws.readyState !== WebSocket.OPEN) return;
    if (++this.pending === 1000) this.ws.pause(); // do not pile up without limit
    const before = this.last;
    let done;
    this.last = new Promise(resolve => { done = resolve; });
    const wait = waitingTime();
    if (wait) await sleep(wait);
    if (on('in-order')) await before;
    if (on('reverse-batches')) await this.turn();
    try { await handler(); } catch (error) { console.error(error); this.ws.close(1011); }
    done();
    if (--this.pending < 500 && this.ws.isPaused) this.ws.resume();
  }

  /** Waits for others to come along; the last comer goes first. */
  turn() {
    return new Promise(resolve => {
      if (this.batch.push(resolve) === 1) setTimeout(() => this.batch.splice(0).reverse().forEach(go => go()), 80);
    });
  }

  say(reply) {
    if (this.over || this.ws.readyState !== WebSocket.OPEN) return;
    if (this.ws.bufferedAmount > 64 * MIB) return this.ws.terminate(); // the client does not read
    const binary = on('binary-frames') && typeof reply !== 'string';
    const bytes = Buffer.from(typeof reply === 'string' ? reply : toJson(reply));
    const cuts = on('fragments') ? [0, 1, Math.ceil(bytes.length / 2), bytes.length] : [0, bytes.length];
    for (let i = 1; i < cuts.length; i++) {
      this.ws.send(bytes.subarray(cuts[i - 1], cuts[i]), { binary, fin: i === cuts.length - 1 });
    }
  }

  /** An error that ends the connection. */
  end(errorCode) {
    if (this.over) return;
    const extra = optional(undefined, { ts: seconds() });
    this.say({ code: 200, result: { errorCode, errorExtra: extra }, msg: messageOf(errorCode) });
    this.over = true;
    if (on('abrupt-close')) setTimeout(() => this.socket.end(), 50);
    else if (on('close-codes')) this.ws.close(-errorCode - 5000, messageOf(errorCode));
    else this.ws.close(1000);
    setTimeout(() => this.ws.terminate(), 2000).unref();
  }
}

// ---- ws service

const newToken = () => on('digit-tokens')
  ? Array.from({ length: 32 }, () => randomInt(10)).join('') : randomBytes(16).toString('hex');
const accounts = new Map(); // token -> account
const newAccounts = (state, count) => Array.from({ length: count }, () => {
  const token = newToken();
  accounts.set(token, { state });
  return token;
});
const DEV = { valid: newAccounts('valid', 10), unpaid: newAccounts('unpaid', 10), expired: newAccounts('expired', 1)[0],
  review: newAccounts('review', 1)[0], nopermission: newAccounts('nopermission', 1)[0] };

const MESSAGES = {
  200: ['ok', '成功'], 1402: ['Dev token to be paid', 'dev-token 待付款'],
  1400: ['JSON format parsing failed', 'JSON 格式解析失败'], 1404: ['API interface does not exist', 'API 接口不存在'],
  [-9998]: ['Forced offline', '被迫离线'], [-9999]: ['Other error', '其他错误'], [-10000]: ['Unknown error', '未知错误'],
  [-10001]: ['Illegal request I', '非法请求 I'], [-10002]: ['Illegal request II', '非法请求 II'],
  [-10003]: ['Illegal request III', '非法请求 III'], [-10004]: ['Interface offline', '接口下线'],
  [-10005]: ['Interface maintenance', '接口维护'], [-10006]: ['Unauthorized call', '无权限调用'],
  [-10007]: ['Call restricted', '调用受限制'], [-10008]: ['Data does not exist', '数据不存在'],
};
const messageOf = code => MESSAGES[code][on('chinese') ? 1 : 0];

const EVENT = 'server.open', ROLES = ['Li Fu', 'Ye Ying'];
const event = (name, data) => ({ code: 1200, result: { data }, msg: name });
const always = errorCode => ({ run: () => errorCode });

function publish(account) {
  for (const peer of peers) {
    if (peer.subscribed.has(EVENT) && (peer.account === account || on('global-events'))) {
      peer.say(event(EVENT, { server: '梦江南', open: true }));
    }
  }
}

/** Each call returns its data, or the number of an error; `after` runs once the reply is sent. */
const CALLS = {
  'api/index': { run: () => ({ controller: 'api', interface: Object.keys(CALLS) }) },
  'role/detail': { run: ({ params }) => {
    const name = stringOf(params.get('name'));
    if (name === undefined) return params.has('name') ? -10003 : -10002;
    return ROLES.includes(name) ? { name, level: 120 } : -10008;
  } },
  'role/ranking': { run: () => sleep(SLOW, { ranking: ROLES }) },
  'role/history': { paid: true, run: () => ({ history: [] }) },
  'role/export': always(-10007),
  'admin/users': always(-10006),
  'auction/list': always(-10005),
  'forum/list': always(-10004),
  'demo/crash': always(-10000),
  'demo/fault': { run: ({ peer }) => { peer.end(-9999); } },
  'demo/kick': {
    run: () => on('answer-before-offline') ? { kicked: true } : undefined,
    after: ({ peer }) => peers.forEach(other => { if (other.account === peer.account) other.end(-9998); }),
  },
  'event/subscribe': { run: ({ peer, params }) => setSubscribed(peer, params, true) },
  'event/unsubscribe': { run: ({ peer, params }) => setSubscribed(peer, params, false) },
  'event/trigger': {
    run: ({ peer }) => { if (on('event-before-reply')) publish(peer.account); return { event: EVENT }; },
    after: ({ peer }) => { if (!on('event-before-reply')) publish(peer.account); },
  },
};
const callOf = name => Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;

function setSubscribed(peer, params, wanted) {
  if (stringOf(params.get('event')) !== EVENT) return -10008;
  if (wanted) peer.subscribed.add(EVENT); else peer.subscribed.delete(EVENT);
  return { event: EVENT, subscribed: wanted };
}

/** ts must be a number of seconds within 5 minutes of the server's clock when the message came. */
function timely(ts, time) {
  const number = /^[-\d]/.test(ts ?? '') ? Number(ts)
    : on('ts-string') && /^"\d{1,15}"$/.test(ts ?? '') ? Number(ts.slice(1, -1)) : NaN;
  const off = Math.abs(Math.floor(time / 1000) - number);
  return on('ts-exclusive') ? off < FIVE_MINUTES : off <= FIVE_MINUTES;
}

async function serviceMessage(peer, text, time) {
  if (text === 'ping') return peer.say('pong');
  const broken = () => peer.say({ code: 1400, result: optional(undefined, {}), msg: messageOf(1400) });
  if (text === undefined || !isJson(text)) return broken();
  const request = members(text);
  if (!request && on('non-object-1400')) return broken();

  const params = members(request?.get('params')) ?? new Map();
  const extra = { mark: optional(raw(params.get('mark'))), ts: on('server-ts') ? seconds() : raw(params.get('ts')) };
  const fail = code => peer.say(code > 0
    ? { code, result: { [on('extra-for-14xx') ? 'extra' : 'errorExtra']: extra }, msg: messageOf(code) }
    : { code: 200, result: { errorCode: code, errorExtra: extra }, msg: messageOf(code) });

  const names = [stringOf(request?.get('controller')), stringOf(request?.get('action'))];
  const name = names.join('/'), call = callOf(on('loose-case') ? name.toLowerCase() : name);
  const checks = {
    time: () => timely(params.get('ts'), time) ? 0 : on('ts-illegal-3') ? -10003 : -10001,
    name: () => call ? 0 : names.includes(undefined) && on('bad-shape-illegal') ? -10001 : 1404,
    payment: () => peer.account.state === 'unpaid' && (call?.paid || on('unpaid-all')) ? 1402 : 0,
  };
  const order = on('route-first') ? ['name', 'time', 'payment'] : ['time', 'name', 'payment'];
  if (on('pay-first')) order.unshift('payment');
  if (!request) return fail(-10001);
  for (const check of order) {
    const code = checks[check]();
    if (code) return fail(code);
  }
  const outcome = await call.run({ peer, params });
  if (typeof outcome === 'number') fail(outcome);
  else if (outcome) peer.say({ code: 200, result: { data: outcome, extra }, msg: messageOf(200) });
  call.after?.({ peer });
}

/** The HTTP status that refuses the token of a handshake, or 0. */
function tokenProblem(req) {
  const query = [...new URLSearchParams(req.url.split('?').slice(1).join('?'))]
    .find(([key]) => key === 'Dev-Token' || (on('loose-case') && key.toLowerCase() === 'dev-token'));
  const token = query && (query[1] || !on('empty-get-token')) ? query[1] : req.headers['dev-token'];
  const account = accounts.get(token);
  if (!account || account.state === 'expired') return { status: 401 };
  return ['review', 'nopermission'].includes(account.state) ? { status: 403 } : { account };
}

// ---- gateway

const COMPANY = 11, OTHER_COMPANY = 12, companies = new Set([`${COMPANY}`, `${OTHER_COMPANY}`]);
const LOGIN_NAME = '13900000000', PASSWORD = newToken();
const users = new Map(), sessions = new Map();
const sessionToken = () => on('long-tokens') ? Array.from({ length: 13 }, newToken).join('').slice(0, 400) : newToken();
function openSession(company, user, expired = false) {
  const token = sessionToken();
  for (const [old, s] of sessions) if (on('single-session') && s.user === user) sessions.delete(old);
  sessions.set(token, { company: `${company}`, user, expired });
  return token;
}
const SESSIONS = { valid: Array.from({ length: 8 }, (_, i) => openSession(COMPANY, `user${i}`)),
  expired: openSession(COMPANY, 'former', true), foreign: openSession(OTHER_COMPANY, 'stranger') };
users.set(`${COMPANY} ${LOGIN_NAME}`, PASSWORD);
/** Old entries make room for new ones: a long run shall not fill the memory. */
function trim(map, keep) {
  for (const key of map.keys()) {
    if (map.size <= 20_000) return;
    if (!keep.includes(key)) map.delete(key);
  }
}

const RESULTS = { // word, code, HTTP status, message in English and Chinese
  ok: ['OK', '0', 200, 'success', '成功'],
  json: ['BAD_JSON', '1000', 400, 'The message is not JSON', '报文不是 JSON'],
  missing: ['BAD_PARAMETER', '1001', 400, 'Parameter {0} is missing or invalid', '参数 {0} 缺失或无效'],
  company: ['NO_COMPANY', '1002', 403, 'Company {0} is unknown', '公司 {0} 不存在'],
  stale: ['STALE', '1003', 400, 'The timestamp is too far off', '时间戳已过期'],
  session: ['NO_SESSION', '1101', 401, 'Please log in', '请先登录'],
  login: ['BAD_LOGIN', '1102', 401, 'Wrong login name or password', '用户名或密码错误'],
  exists: ['EXISTS', '1103', 409, 'Account {0} already exists', '账户 {0} 已存在'],
  biz: ['NO_INTERFACE', '1404', 404, 'There is no interface {0}', '接口 {0} 不存在'],
  method: ['BAD_METHOD', '1405', 405, 'The method must be POST', '请求方式必须为 POST'],
  large: ['TOO_LARGE', '1413', 413, 'The body is too large', '报文过大'],
  media: ['BAD_TYPE', '1415', 415, 'The content type must be application/json', '内容类型必须为 application/json'],
  broken: ['INTERNAL', '1500', 500, 'Internal error', '内部错误'],
  order: ['NO_ORDER', '2001', 404, 'Customer {1} has no order {0}', '客户 {1} 没有订单 {0}'],
};
class Refused extends Error { constructor(key, ...params) { super(key); Object.assign(this, { key, params }); } }

const member = (q, name) => stringOf(members(q.body)?.get(name)) || '';
const BIZ = {
  'customer.CustomerWebApiService.login': { route: 'login', run: q => {
    const name = member(q, 'loginName'), password = users.get(`${q.companyId} ${name}`);
    if (password === undefined || member(q, 'password') !== password) throw new Refused('login');
    const token = openSession(q.companyId, name);
    trim(sessions, [...SESSIONS.valid, SESSIONS.expired, SESSIONS.foreign]);
    return on('token-nested') ? { user: { loginName: name, token } } : { token, loginName: name };
  } },
  'customer.CustomerWebApiService.register': { route: 'register', run: q => {
    const name = member(q, 'loginName'), key = `${q.companyId} ${name}`;
    for (const needed of ['loginName', 'password']) if (!member(q, needed)) throw new Refused('missing', needed);
    if (users.has(key)) throw new Refused('exists', name);
    users.set(key, member(q, 'password'));
    trim(users, [`${COMPANY} ${LOGIN_NAME}`]);
    return { loginName: name };
  } },
  'logout': { route: 'logout', session: true, bodyless: true, run: q => { sessions.delete(q.token); } },
  'customer.CustomerWebApiService.profile': { route: 'global', session: true,
    run: q => ({ user: sessions.get(q.token).user, companyId: Number(q.companyId) }) },
  'system.SystemWebApiService.status': { route: 'global', run: () => ({ status: 'up' }) },
  'system.SystemWebApiService.echo': { route: 'global', run: q => raw(q.body) },
  'system.SystemWebApiService.report': { route: 'global', run: () => sleep(SLOW, { rows: [] }) },
  'order.OrderWebApiService.cancel': { route: 'global',
    run: q => { throw new Refused('order', member(q, 'orderId'), member(q, 'customer')); } },
};

function isLong(text) {
  if (!/^-?\d{1,19}$/.test(text ?? '')) return false;
  return BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/** The bizBody within the raw JSON of a body. */
function bizBody(text, isHttp) {
  const outer = on('bizbody-plain') ? undefined : members(text);
  const wrapped = outer?.has('bizBody') && (outer.size === 1 || (on('bizbody-strict') && isHttp));
  return wrapped ? outer.get('bizBody') : on('bizbody-strict') && isHttp ? undefined : text;
}

async function runBiz(q) {
  const biz = Object.hasOwn(BIZ, q.biz) && BIZ[q.biz];
  const checks = {
    header() {
      if (!q.trace) throw new Refused('missing', 'trace');
      for (const name of ['companyId', 'timestamp']) if (!isLong(q[name])) throw new Refused('missing', name);
      if (on('fresh-timestamp') && Math.abs(Date.now() - q.timestamp) > FIVE_MINUTES * 1000) throw new Refused('stale');
      q.companyId = `${BigInt(q.companyId)}`;
      if (!companies.has(q.companyId)) throw new Refused('company', q.companyId);
    },
    name() {
      const bound = q.route !== undefined && (!on('any-route') || q.route === 'logout' || biz.route === 'logout');
      if (!biz || (bound && biz.route !== q.route)) throw new Refused('biz', q.biz);
    },
    session() {
      if (!biz.session && !(q.token && on('token-always'))) return;
      const session = sessions.get(q.token);
      if (!session || session.expired || session.company !== q.companyId) throw new Refused('session');
    },
    body() {
      if (biz?.bodyless) return;
      if (q.text === undefined) throw new Refused('missing', 'bizBody');
      if (q.text === null || !isJson(q.text)) throw new Refused('json');
      q.body = bizBody(q.text.trim(), q.route !== undefined);
      if (q.body === undefined || q.body === 'null') throw new Refused('missing', 'bizBody');
    },
  };
  const order = on('route-first') ? ['name', 'header', 'session', 'body'] : ['header', 'name', 'session', 'body'];
  if (on('body-first')) order.unshift(...order.splice(3));
  if (q.problem) throw new Refused(q.problem, ...(q.problem === 'biz' ? [q.biz] : []));
  for (const check of order) checks[check]();
  return biz.run(q);
}

/** Runs a request; returns the key of its result and the reply. */
async function gatewayReply(q) {
  let key = 'ok', params = [], data;
  try { data = optional(await runBiz(q), {}); } catch (error) {
    if (!(error instanceof Refused)) console.error(error);
    ({ key = 'broken', params = [] } = error);
    data = on('data-is-biztype') ? q.biz : { bizType: q.biz };
  }
  const [word, number, , english, chinese] = RESULTS[key];
  const text = on('english') || /^en/i.test(q.lang ?? '') ? english : chinese;
  return { key, reply: {
    code: on('word-codes') && key !== 'ok' ? word : number,
    msg: on('placeholders') ? text : text.replace(/\{(\d)\}/g, (_, i) => params[i]),
    bizCode: optional(key === 'ok' ? undefined : /^\w*/.exec(q.biz)[0], ''),
    tm: on('tm-epoch') ? Date.now() : Date.now() - q.start,
    trace: q.trace ?? '',
    msgParams: optional(params.length ? params.join(',') : undefined, ''),
    data,
  } };
}

async function gatewayMessage(peer, text, start) {
  const message = text !== undefined && isJson(text) ? members(text) : undefined;
  const header = members(message?.get('header')) ?? new Map();
  const [bizType, trace, companyId, timestamp, token, lang] =
    ['bizType', 'trace', 'companyId', 'timestamp', 'token', 'lang'].map(name => header.get(name));
  if (stringOf(bizType) === 'ping') {
    return peer.say({ trace: optional(raw(trace)), token: optional(raw(token)), bizType: 'pong', sendTime: Date.now(),
      lang: raw(lang) ?? 'zh-CN' });
  }
  const number = on('strict-types') ? value => value?.startsWith('"') ? undefined : scalarOf(value) : scalarOf;
  const q = { start, biz: stringOf(bizType) ?? '', trace: on('strict-types') ? stringOf(trace) : scalarOf(trace),
    companyId: number(companyId), timestamp: number(timestamp), token: scalarOf(token), lang: scalarOf(lang),
    text: message?.get('body'), problem: message ? undefined : 'json' };
  peer.say((await gatewayReply(q)).reply);
}

async function gatewayRequest(req, res, path) {
  const start = Date.now(), chunks = [];
  let size = 0;
  for await (const chunk of req) {
    if ((size += chunk.length) <= MAX_BODY) chunks.push(chunk);
    else if (size > 64 * MIB) return req.destroy();
  }
  const text = value => value === undefined ? undefined : decode(Buffer.from(value, 'latin1')) ?? value;
  const { companyid: companyId, timestamp, token, trace, lang } = req.headers;
  const [, route, name = ''] = /^\/(login|register|global|logout)(?:\/([^/]*))?$/.exec(path) ?? [];
  const q = { start, route: route ?? '', biz: name || route || '', trace: text(trace), companyId,
    timestamp, token, lang, text: size ? decode(Buffer.concat(chunks)) ?? null : undefined };
  try { if (name) q.biz = decodeURIComponent(name); } catch { /* stays as it is, and is unknown */ }
  const media = /^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '') || on('any-content-type');
  q.problem = req.method !== 'POST' ? 'method' : !route || (name && route === 'logout') ? 'biz'
    : size > MAX_BODY ? 'large' : !media && size ? 'media' : undefined;
  await sleep(waitingTime());
  const { key, reply } = await gatewayReply(q);
  const natural = ['method', 'large', 'media'].includes(key) || (key === 'biz' && q.problem) || key === 'broken';
  const status = on('http-status') || on('http-bare') || (natural && !on('always-200')) ? RESULTS[key][2] : 200;
  httpReply(req, res, status, on('http-bare') && key !== 'ok' ? undefined : toJson(reply));
}

// ---- HTTP

const oddly = name => name.replace(/./g, (c, i) => i % 2 ? c.toUpperCase() : c.toLowerCase());
const headerName = name => on('odd-case') ? oddly(name) : name;

function httpReply(req, res, status, text) {
  const set = (name, value) => res.setHeader(headerName(name), value);
  let body = Buffer.from(text ?? '');
  res.statusCode = status;
  if (on('no-date')) res.sendDate = false;
  if (on('connection-close')) set('Connection', 'close');
  if (on('extra-members')) set('X-Served-By', 'n1');
  if (status === 405) set('Allow', 'POST');
  if (status === 426) set('Upgrade', 'websocket');
  if (text !== undefined) set('Content-Type', on('odd-case') ? 'Application/JSON; Charset=UTF-8' : 'application/json');
  if (on('gzip')) set('Vary', 'Accept-Encoding');
  const accepted = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(req.headers['accept-encoding'] ?? '');
  if (on('gzip') && body.length && accepted) {
    body = gzipSync(body);
    set('Content-Encoding', 'gzip');
  }
  if (on('chunked') && body.length) for (let i = 0; i < body.length; i += 1 + (body.length >> 2)) {
    res.write(body.subarray(i, i + 1 + (body.length >> 2)));
  } else set('Content-Length', body.length);
  res.end(on('chunked') ? undefined : body);
}

function refuseUpgrade(socket, status) {
  const headers = { 'Connection': 'close', 'Content-Length': '0' };
  if (!on('no-date')) headers.Date = new Date().toUTCString();
  const lines = Object.entries(headers).map(([name, value]) => `${headerName(name)}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${lines.join('')}\r\n`);
}

const sockets = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: MAX_BODY,
  perMessageDeflate: on('deflate') ? { threshold: 0 } : false, handleProtocols: () => false });
sockets.on('headers', lines => {
  for (let i = 1; i < lines.length; i++) lines[i] = lines[i].replace(/^[^:]+/, headerName);
});

const PREFIX = on('deep-path') ? '/open/api/v2' : on('two-ports') ? '' : '/gateway';
const pathOf = req => req.url.split('?')[0];

function listen(port, { service, gateway }) {
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    const path = pathOf(req);
    const work = gateway && path.startsWith(`${PREFIX}/`) && path !== `${PREFIX}/ws`
      ? gatewayRequest(req, res, path.slice(PREFIX.length))
      : httpReply(req, res, ['/ws', `${PREFIX}/ws`].includes(path) ? 426 : 404);
    work?.catch(error => { if (error.code !== 'ECONNRESET') console.error(error); req.destroy(); });
  });
  server.on('upgrade', (req, socket, head) => {
    const accept = then => sockets.handleUpgrade(req, socket, head, then);
    socket.on('error', () => socket.destroy());
    if (gateway && pathOf(req) === `${PREFIX}/ws`) {
      return accept(ws => {
        const peer = new Peer(ws, socket, gatewayMessage);
        const notice = { code: '0', msg: 'welcome', bizCode: 'notice', tm: 0, trace: '', msgParams: '', data: {} };
        if (on('welcome-notice')) peer.say(notice);
      });
    }
    if (!service || pathOf(req) !== '/ws') return refuseUpgrade(socket, 404);
    const { status, account } = tokenProblem(req);
    if (account) {
      return accept(ws => {
        for (const old of peers) if (on('one-connection') && old.account === account) old.end(-9998);
        const peer = new Peer(ws, socket, serviceMessage, account);
        if (on('welcome-notice')) peer.say(event('notice', { text: '欢迎' }));
      });
    }
    if (on('refuse-by-hangup')) return socket.destroy();
    if (on('refuse-by-close')) return accept(ws => { ws.on('error', () => {}); ws.close(1008); });
    if (on('refuse-with-error')) return accept(ws => new Peer(ws, socket, () => {}, {}).end(-9999));
    refuseUpgrade(socket, status);
  });
  server.on('clientError', (error, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return socket.destroy();
    refuseUpgrade(socket, error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400);
  });
  server.on('error', error => quit(error.message));
  return new Promise(resolve => server.listen(port, '127.0.0.1', () => resolve(server.address().port)));
}

// ---- the profile, in TOML

const entries = object => Object.entries(object).map(([k, v]) => `${/\W/.test(k) ? JSON.stringify(k) : k} = ${toml(v)}`);
const toml = value => Array.isArray(value) ? `[${value.map(toml).join(', ')}]`
  : typeof value !== 'object' ? JSON.stringify(value) : entries(value).length ? `{ ${entries(value).join(', ')} }` : '{}';
const table = (name, content) => `[${name}]\n${entries(content).join('\n')}\n\n`;

function profile(servicePort, gatewayPort) {
  const base = `127.0.0.1:${gatewayPort}${PREFIX}/`;
  const biz = (bizType, body, more) => ({ route: BIZ[bizType].route, bizType, body, ...more });
  const call = (name, params = {}, more = {}) =>
    ({ controller: name.split('/')[0], action: name.split('/')[1], params, ...more });
  const gatewayCalls = {
    login: biz('customer.CustomerWebApiService.login', { type: 3, loginName: LOGIN_NAME },
      on('token-nested') ? { token: '/data/user/token' } : {}),
    register: biz('customer.CustomerWebApiService.register', { type: 3, loginName: '13911111111', password: 'secret-1' }),
    guest: biz('system.SystemWebApiService.status', {}),
    echo: biz('system.SystemWebApiService.echo', { text: 'hello' }),
    authenticated: biz('customer.CustomerWebApiService.profile', {}),
    failing: biz('order.OrderWebApiService.cancel', { orderId: 'A-1', customer: 'C-2' }),
    slow: biz('system.SystemWebApiService.report', {}),
  };
  const serviceCalls = {
    'unknown-error': call('demo/crash'), 'illegal-2': call('role/detail'), 'illegal-3': call('role/detail', { name: 7 }),
    'offline': call('forum/list'), 'maintenance': call('auction/list'), 'forbidden': call('admin/users'),
    'restricted': call('role/export'), 'nodata': call('role/detail', { name: 'Nobody' }), 'slow': call('role/ranking'),
    'paid': call('role/history'), 'push': call('event/trigger', {}, { event: EVENT }), 'forced-offline': call('demo/kick'),
    'other-error': call('demo/fault'), 'subscribe': call('event/subscribe', { event: EVENT }),
    'unsubscribe': call('event/unsubscribe', { event: EVENT }),
  };
  const tables = (name, calls) => Object.entries(calls).map(([key, value]) => table(`${name}.${key}`, value));
  const names = (kind, values) => Object.fromEntries(Object.entries(values).map(([k, v]) => [`${kind}.${k}`, v]));
  const wait = `${2 + 2 * DELAY / 1000}s`;
  return [
    table('gateway.endpoints', { http: `http://${base}`, ws: `ws://${base}ws` }),
    table('gateway.credentials', { ...names('session', SESSIONS), 'login.password': PASSWORD }),
    ...tables('gateway.calls', gatewayCalls),
    table('gateway.values', { company: `${COMPANY}`, other_company: `${OTHER_COMPANY}`, hold: '300ms',
      biz_unknown: 'none.NoSuchApiService.nothing' }),
    table('ws-service.endpoints', { ws: `ws://127.0.0.1:${servicePort}/ws` }),
    table('ws-service.credentials', names('token', DEV)),
    ...tables('ws-service.calls', serviceCalls),
    table('ws-service.values', { hold: '300ms' }),
    table('limits', { connections: 8, connections_per_account: 1, requests_per_second: 500,
      effects: ['read', 'creates', 'destructive'] }),
    ...(DELAY ? [table('timeouts', { expect: wait, close: wait, case: `${30 + 30 * DELAY / 1000}s` })] : []),
  ].join('');
}

// ---- start

for (const end of ['end', 'close', 'error']) process.stdin.on(end, () => process.exit(0));
process.stdin.resume();
process.on('SIGTERM', () => process.exit(0));
const mainPort = await listen(Number(options.port), { service: true, gateway: !on('two-ports') });
const gatewayPort = on('two-ports') ? await listen(0, { gateway: true }) : mainPort;
writeFileSync(`${options.profile}.tmp`, profile(mainPort, gatewayPort), { mode: 0o600 });
renameSync(`${options.profile}.tmp`, options.profile);
console.log('listening');
