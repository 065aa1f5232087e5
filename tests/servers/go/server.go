// A small server of two protocols: the "ws service" at /ws, and the gateway below /gw/ (HTTP, and WebSocket at /gw/ws).
package main

import (
	"bytes"
	crand "crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"math/rand"
	"mime"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

const (
	maxMessage = 4 << 20 // of one message or one HTTP body
	slowTime   = 700 * time.Millisecond
	eventName  = "server.open"
)

// The readings, and why the documents permit each.
var readings = []string{
	// both protocols
	"extra-members",    // nothing says that a reply has no further members
	"reversed-members", // the members of a JSON object have no order
	"spaced-json",      // white space between JSON tokens is free
	"escaped-json",     // any character of a JSON string may be written as \uXXXX
	"null-members",     // whether a member without a value is null or left out is not said
	"absent-members",   // nor whether an empty one is sent at all
	"chinese",          // the ws service's table has each meaning in two languages; the gateway's translations are not listed
	"first-wins",       // which of two equal names in an object counts is left open (RFC 8259, 4)
	"side-by-side",     // nothing says that replies come in the order of the calls: slow ones do not hold up quick ones
	"shuffled",         // the same, and each reply waits a random moment of its own
	"delay-1500",       // no time limit is given for a reply
	"delay-3000",       // the same, longer
	"digit-tokens",     // the alphabet of tokens is not given
	"odd-header-case",  // names of HTTP headers have no case
	"dribble",          // TCP does not keep the bounds of writes
	"fragmented",       // a WebSocket message may come in several frames (RFC 6455, 5.4)
	"deflate",          // a server may accept an offered permessage-deflate (RFC 7692)
	"binary-replies",   // JSON is asked for; the type of the frames that carry it is not
	"idle-20s",         // when an idle connection is closed is not said, and heartbeats are asked for
	// ws service
	"ts-first",              // the order of the checks is not given: ts before the existence of the API
	"payment-first",         // the same: payment before everything that a paid call needs
	"unpaid-everything",     // what is closed to an account that has to pay is not said: everything
	"shape-illegal",         // JSON of another shape than a call does parse: "illegal request" instead of 1400 or 1404
	"ts-illegal-3",          // a bad ts is "an illegal request", I, II or III
	"ts-echo",               // the ts of a reply may be the call's or the clock's: the example fits both
	"ts-lenient",            // the type and unit of ts are shown only by example: digits in a string, milliseconds
	"empty-get-counts",      // get > header: an empty parameter is there and wins
	"refuse-by-close",       // "refuses the connection directly": after the upgrade, with a close frame
	"refuse-by-message",     // the same, and -9999 says so first
	"refuse-by-drop",        // the same, by dropping the TCP connection
	"refuse-400",            // the same, with another HTTP status
	"extra-in-14xx",         // where a 14xx reply has its mark is not shown: result.extra
	"own-texts",             // the table gives meanings, not the texts of msg
	"interface-objects",     // what the list of APIs holds is elided
	"ack-before-offline",    // whether the call that ends the connection is answered first is not said
	"abrupt-disconnect",     // "disconnects" asks for no close frame
	"close-4000",            // nor for one of its codes
	"one-connection",        // a second connection of an account may force the first offline
	"subscribed-from-start", // what is subscribed without a call is left to a document not given
	"broadcast-events",      // whose events reach whom is not said: those of all accounts
	"event-first",           // an event may overtake the reply to the call that made it
	"flat-events",           // the result of an event is not shown
	"unasked-events",        // events come by themselves
	"welcome-event",         // even before the first call
	"binary-refused",        // JSON is text: a binary message is no JSON
	// gateway
	"body-first",       // the order of the checks is not given: the body before the headers
	"token-first",      // the same: the token before the existence of the service
	"token-always",     // a token that is not required but sent may be checked all the same
	"http-status",      // no HTTP statuses are given: exceptions as 4xx
	"http-bare",        // the same, and what the HTTP layer refuses has no envelope
	"http-200",         // the same: the envelope tells all, the status is always 200
	"biztype-bare",     // "return bizType" as data: the bare string
	"tm-clock",         // "processing time (milliseconds)" may be a time of day
	"msg-filled",       // who fills the placeholders of msg is not said
	"word-codes",       // code is a String, 0 or another
	"sendtime-echo",    // sendTime of a pong may be the ping's
	"long-strict",      // a long in JSON is a number, not a string of digits
	"required-lenient", // "required" binds the caller; what happens without is not said
	"timestamp-window", // what the timestamp is for is not said: 5 minutes
	"any-content-type", // what happens to another content-type is not said
	"any-route",        // whether login is also served below /global/ is not said
	"any-json-body",    // bizBody is "JSON", of whatever type
	"bizbody-wrapped",  // bizBody is a required parameter of the HTTP body: {"bizBody": ...} and nothing else
	"bizbody-bare",     // bizBody is the body, as in the example: a member of that name is nothing special
	"one-session",      // a user's second login may end the first session
	"garbage-closes",   // whether the connection outlives a message that is no JSON is not said
	"server-pings",     // a WebSocket peer may ping (RFC 6455, 5.5.2); only the ws service forbids it
	"no-date",          // a server without a clock sends no Date (RFC 9110, 6.6.1)
}

var active = map[string]bool{}

func on(name string) bool { return active[name] }

// pick is one value with a reading and another without.
func pick[T any](reading string, with, without T) T {
	if on(reading) {
		return with
	}
	return without
}

// ---- JSON

type raw = json.RawMessage
type optional string // an empty value that may also be null or left out

func quote(s string) raw {
	var b bytes.Buffer
	if on("escaped-json") {
		for _, u := range utf16.Encode([]rune(s)) {
			fmt.Fprintf(&b, `\u%04x`, u)
		}
		return raw(`"` + b.String() + `"`)
	}
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.Encode(s)
	return bytes.TrimSpace(b.Bytes())
}

// obj writes an object of names and values in turn; an empty raw value is a member that is not there.
// It joins text, so that raw values keep every digit and escape.
func obj(pairs ...interface{}) raw {
	if on("extra-members") {
		pairs = append(pairs, "node", 7, "notice", "maintenance on Monday", "debug", raw(`{"list":[1,{},null]}`))
	}
	var list []string
	for i := 0; i < len(pairs); i += 2 {
		text := fmt.Sprint(pairs[i+1]) // integers
		switch v := pairs[i+1].(type) {
		case raw:
			text = string(v)
		case string:
			text = string(quote(v))
		case optional:
			text = pick("null-members", "", pick("absent-members", "", string(v)))
		}
		if text == "" && on("null-members") {
			text = "null"
		}
		if text != "" {
			list = append(list, string(quote(pairs[i].(string)))+pick("spaced-json", "\t:  ", ":")+text)
		}
	}
	for i, j := 0, len(list)-1; i < j && on("reversed-members"); i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	if on("spaced-json") {
		return raw(" {\r\n\t" + strings.Join(list, "\n ,\t") + "\r\n}\n ")
	}
	return raw("{" + strings.Join(list, ",") + "}")
}

// valid tells whether text is JSON; json.Valid alone lets bytes pass that are no UTF-8.
func valid(text raw) bool { return utf8.Valid(text) && json.Valid(text) }

// members takes an object apart; names are exact, unlike those of struct members.
func members(text raw) (map[string]raw, bool) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') || !valid(text) {
		return nil, false
	}
	m := map[string]raw{}
	for dec.More() {
		var value raw
		name, _ := dec.Token()
		if dec.Decode(&value) != nil {
			return nil, false
		}
		if _, twice := m[name.(string)]; !twice || !on("first-wins") {
			m[name.(string)] = value
		}
	}
	return m, true
}

// str is the value of a JSON string, or "".
func str(v raw) (s string) {
	json.Unmarshal(v, &s)
	return s
}

func isString(v raw) bool { return len(v) > 0 && v[0] == '"' }

func newToken() string {
	b, digits := make([]byte, 32), pick("digit-tokens", "0123456789", "0123456789abcdef")
	crand.Read(b)
	for i := range b {
		b[i] = digits[int(b[i])%len(digits)]
	}
	return string(b)
}

// ---- a WebSocket connection of either protocol

type peer struct {
	ws         *websocket.Conn
	sending    sync.Mutex
	closing    atomic.Bool
	acc        *account // of the ws service
	subscribed bool     // guarded by mu
}

func upgrade(w http.ResponseWriter, r *http.Request) *peer {
	up := websocket.Upgrader{EnableCompression: on("deflate"), WriteBufferSize: pick("fragmented", 16, 0),
		HandshakeTimeout: 10 * time.Second, CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return nil
	}
	return &peer{ws: ws}
}

func (p *peer) send(text raw) {
	p.sending.Lock()
	defer p.sending.Unlock()
	if p.closing.Load() || len(text) == 0 {
		return
	}
	kind := pick("binary-replies", websocket.BinaryMessage, websocket.TextMessage)
	if string(text) == "pong" {
		kind = websocket.TextMessage
	}
	p.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if !on("fragmented") {
		p.ws.WriteMessage(kind, text)
	} else if w, err := p.ws.NextWriter(kind); err == nil {
		for i := 0; i < 100 && len(text) > 11; i++ {
			w.Write(text[:11])
			text = text[11:]
		}
		w.Write(text)
		w.Close()
	}
}

// close sends a close frame; the reader goes on until the other side has answered it.
func (p *peer) close(code int, reason string) {
	p.sending.Lock()
	defer p.sending.Unlock()
	p.closing.Store(true)
	if tcp, ok := p.ws.UnderlyingConn().(wire); ok && on("abrupt-disconnect") {
		tcp.CloseWrite()
	} else {
		p.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Second))
	}
	time.AfterFunc(2*time.Second, func() { p.ws.Close() })
}

// run reads messages and has them answered by one worker, in order, or by many.
func (p *peer) run(handle func(kind int, text []byte) (reply raw, after func())) {
	defer p.ws.Close()
	defer p.closing.Store(true)
	jobs := make(chan func(), 64)
	defer close(jobs)
	for i := pick("side-by-side", 64, pick("shuffled", 64, 1)); i > 0; i-- {
		go func() {
			for job := range jobs {
				job()
			}
		}()
	}
	alive := func() {
		if on("idle-20s") {
			p.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
		}
	}
	pong := p.ws.PingHandler()
	p.ws.SetPingHandler(func(data string) error { alive(); return pong(data) })
	for {
		alive()
		kind, r, err := p.ws.NextReader()
		var text []byte
		if err == nil {
			text, err = io.ReadAll(io.LimitReader(r, maxMessage+1))
		}
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
			p.close(websocket.CloseGoingAway, "idle")
		}
		due := time.Now().Add(delay())
		switch {
		case err != nil:
			return
		case p.closing.Load(): // only the other side's close frame is awaited
		case len(text) > maxMessage:
			p.close(websocket.CloseMessageTooBig, "message too big")
		case kind == websocket.TextMessage && !utf8.Valid(text):
			p.close(websocket.CloseInvalidFramePayloadData, "not UTF-8")
		default:
			jobs <- func() { p.answer(due, kind, text, handle) }
		}
	}
}

func (p *peer) answer(due time.Time, kind int, text []byte, handle func(int, []byte) (raw, func())) {
	defer func() {
		if e := recover(); e != nil {
			log.Print(e)
			p.close(websocket.CloseInternalServerErr, "internal error")
		}
	}()
	time.Sleep(time.Until(due))
	if p.closing.Load() {
		return
	}
	reply, after := handle(kind, text)
	if after != nil && on("event-first") {
		after()
		after = nil
	}
	p.send(reply)
	if after != nil {
		after()
	}
}

func delay() time.Duration {
	ms := pick("delay-3000", 3000, pick("delay-1500", 1500, 0)) + pick("shuffled", rand.Intn(80), 0)
	return time.Duration(ms) * time.Millisecond
}

// every calls f at each interval until the connection ends.
func (p *peer) every(d time.Duration, f func()) {
	for time.Sleep(d); !p.closing.Load(); time.Sleep(d) {
		f()
	}
}

// ---- ws service

type account struct{ kind string } // valid, unpaid, expired, review, nopermission

type params = map[string]raw

type result struct {
	code  int // 0, or one of the table
	data  raw
	after func() // to be done after the reply
}

var (
	mu       sync.Mutex              // guards peers and the gateway's users and sessions
	peers    = map[*peer]bool{}      // of the ws service
	accounts = map[string]*account{} // by token; complete before the first connection
)

var meanings = map[int][2]string{
	0: {"ok", "ok"}, 1402: {"Dev token to be paid", "dev-token 待付款"}, 1400: {"JSON format parsing failed", "JSON 格式解析失败"},
	1404: {"API interface does not exist", "API 接口不存在"}, -9998: {"Forced offline", "被迫离线"}, -9999: {"Other error", "其他错误"},
	-10000: {"Unknown error", "未知错误"}, -10001: {"Illegal request I", "非法请求 I"}, -10002: {"Illegal request II", "非法请求 II"},
	-10003: {"Illegal request III", "非法请求 III"}, -10004: {"Interface offline", "接口下线"}, -10005: {"Interface maintenance", "接口维护"},
	-10006: {"Unauthorized call", "无权限调用"}, -10007: {"Call restricted", "调用受限制"}, -10008: {"Data does not exist", "数据不存在"},
}

var apis = map[string]func(*peer, params) result{
	"role|rename":       fails(-10006),
	"role|detail":       func(*peer, params) result { return result{data: obj("level", 120)} }, // to be paid
	"arena|recent":      fails(-10004),
	"arena|rank":        fails(-10005),
	"arena|watch":       fails(-10007),
	"archive|export":    fails(-10000),
	"archive|search":    func(*peer, params) result { time.Sleep(slowTime); return result{data: obj("found", 3)} },
	"event|subscribe":   subscribe(true),
	"event|unsubscribe": subscribe(false),
	"event|raise": func(p *peer, _ params) result {
		return result{after: func() {
			for _, o := range others(func(o *peer) bool { return o.subscribed && (o.acc == p.acc || on("broadcast-events")) }) {
				if o == p {
					p.send(event(eventName))
				} else {
					go o.send(event(eventName)) // which may not be reading
				}
			}
		}}
	},
	"account|offline": leave(-9998, func(p, o *peer) bool { return o.acc == p.acc }),
	"account|fault":   leave(-9999, func(p, o *peer) bool { return o == p }),
	"role|find": func(_ *peer, m params) result {
		switch name := str(m["name"]); {
		case m["name"] == nil:
			return result{code: -10002} // a parameter is missing
		case !isString(m["name"]):
			return result{code: -10003} // or of the wrong type
		case name != "Li Fu":
			return result{code: -10008}
		}
		return result{data: obj("name", "Li Fu", "level", 120)}
	},
}

func init() { // apart, for it lists them all
	apis["api|index"] = func(*peer, params) result {
		var list []string
		for name := range apis {
			controller, action, _ := strings.Cut(name, "|")
			list = append(list, string(pick("interface-objects", obj("controller", controller, "action", action), quote(name))))
		}
		return result{data: obj("controller", "api", "interface", raw("["+strings.Join(list, ",")+"]"))}
	}
}

func fails(code int) func(*peer, params) result {
	return func(*peer, params) result { return result{code: code} }
}

func subscribe(want bool) func(*peer, params) result {
	return func(p *peer, m params) result {
		if str(m["event"]) != eventName {
			return result{code: -10008}
		}
		mu.Lock()
		defer mu.Unlock()
		p.subscribed = want
		return result{}
	}
}

func leave(code int, which func(p, o *peer) bool) func(*peer, params) result {
	return func(p *peer, _ params) result {
		end := func() {
			for _, o := range others(func(o *peer) bool { return which(p, o) }) {
				o.end(code)
			}
		}
		if !on("ack-before-offline") {
			end() // and no reply can follow
		}
		return result{after: end}
	}
}

func others(which func(*peer) bool) (list []*peer) {
	mu.Lock()
	defer mu.Unlock()
	for p := range peers {
		if which(p) {
			list = append(list, p)
		}
	}
	return list
}

func (p *peer) end(code int) {
	p.send(answer(code, nil, obj("ts", time.Now().Unix())))
	p.close(pick("close-4000", -5990-code, websocket.CloseNormalClosure), "") // 4008, 4009; or 1000
}

func event(name string) raw {
	data := obj("server", "梦江南", "status", 1)
	whole := obj("data", data, "extra", obj("ts", time.Now().Unix()))
	return obj("code", 1200, "result", pick("flat-events", data, whole), "msg", name)
}

// answer writes the reply of a code of the table, 0 being success.
func answer(code int, data, extra raw) raw {
	msg := pick("chinese", meanings[code][1], pick("own-texts", fmt.Sprintf("code %d", code), meanings[code][0]))
	switch {
	case code > 0 && extra == nil: // nothing of the call is known
		return obj("code", code, "result", optional("{}"), "msg", msg)
	case code > 0:
		return obj("code", code, "result", obj(pick("extra-in-14xx", "extra", "errorExtra"), extra), "msg", msg)
	case code < 0:
		return obj("code", 200, "result", obj("errorCode", code, "errorExtra", extra), "msg", msg)
	case data == nil:
		return obj("code", 200, "result", obj("data", optional("{}"), "extra", extra), "msg", msg)
	}
	return obj("code", 200, "result", obj("data", data, "extra", extra), "msg", msg)
}

func goodTs(v raw) bool {
	text, now := pick("ts-lenient", strings.Trim(string(v), `"`), string(v)), float64(time.Now().Unix())
	ts, err := strconv.ParseFloat(text, 64) // a JSON number, or an error
	return err == nil && (math.Abs(ts-now) <= 300 || on("ts-lenient") && math.Abs(ts/1000-now) <= 300)
}

// call answers a message of the ws service.
func (p *peer) call(kind int, text []byte) (raw, func()) {
	m, ok := members(text)
	broke := p.acc.kind == "unpaid" && on("unpaid-everything")
	switch {
	case string(text) == "ping":
		return raw("pong"), nil
	case !ok && on("payment-first") && broke:
		return answer(1402, nil, nil), nil
	case !ok && on("shape-illegal") && valid(text):
		return answer(-10001, nil, obj("ts", time.Now().Unix())), nil
	case !ok || kind == websocket.BinaryMessage && on("binary-refused"):
		return answer(1400, nil, nil), nil
	}
	name := str(m["controller"]) + "|" + str(m["action"])
	run, exists := apis[name]
	params, _ := members(m["params"]) // none if it is no object
	check := func(bad bool, code int) int { return map[bool]int{true: code}[bad] }
	ts := check(!goodTs(params["ts"]), pick("ts-illegal-3", -10003, -10001))
	exist := check(!exists, 1404)
	if on("shape-illegal") && !(isString(m["controller"]) && isString(m["action"])) {
		exist = -10001
	}
	pay := check(broke || p.acc.kind == "unpaid" && name == "role|detail", 1402)
	codes := append(pick("payment-first", []int{pay}, nil), pick("ts-first", []int{ts, exist, pay}, []int{exist, ts, pay})...)
	stamp := raw(fmt.Sprint(time.Now().Unix()))
	if _, err := strconv.ParseFloat(string(params["ts"]), 64); on("ts-echo") && err == nil {
		stamp = params["ts"]
	}
	extra := obj("mark", params["mark"], "ts", stamp)
	for _, code := range codes {
		if code != 0 {
			return answer(code, nil, extra), nil
		}
	}
	r := run(p, params)
	return answer(r.code, r.data, extra), r.after
}

func serveService(w http.ResponseWriter, r *http.Request) {
	token := r.Header.Get("Dev-Token")
	if get := r.URL.Query()["Dev-Token"]; get != nil && (get[0] != "" || on("empty-get-counts")) {
		token = get[0]
	}
	acc := accounts[token]
	if acc == nil || acc.kind != "valid" && acc.kind != "unpaid" {
		refuse(w, r, acc)
		return
	}
	p := upgrade(w, r)
	if p == nil {
		return
	}
	p.acc, p.subscribed = acc, on("subscribed-from-start")
	for _, o := range others(func(o *peer) bool { return o.acc == acc && on("one-connection") }) {
		o.end(-9998)
	}
	mu.Lock()
	peers[p] = true
	mu.Unlock()
	if on("welcome-event") {
		p.send(event("service.welcome"))
	}
	if on("unasked-events") {
		go p.every(2*time.Second, func() { p.send(event("service.tick")) })
	}
	p.run(p.call)
	mu.Lock()
	delete(peers, p)
	mu.Unlock()
}

func refuse(w http.ResponseWriter, r *http.Request, acc *account) {
	switch {
	case on("refuse-by-drop"):
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
	case on("refuse-by-close") || on("refuse-by-message"):
		if p := upgrade(w, r); p != nil {
			p.send(pick("refuse-by-message", answer(-9999, nil, obj("ts", time.Now().Unix())), nil))
			p.close(websocket.ClosePolicyViolation, "refused")
			p.run(p.call) // only to wait for the end
		}
	case acc == nil || acc.kind == "expired":
		http.Error(w, "no valid Dev-Token", pick("refuse-400", 400, 401))
	default:
		http.Error(w, "account not admitted", pick("refuse-400", 400, 403))
	}
}

// ---- gateway

type fault struct {
	code, word    string
	status, level int // level 0: of the HTTP layer, 1: of the gateway, 2: of a service
	zh, en        string
	params        string
}

func (f fault) with(params string) *fault { f.params = params; return &f }

var (
	noPath    = fault{"1001", "PATH_UNKNOWN", 404, 0, "地址不存在", "No such address", ""}
	noMethod  = fault{"1002", "METHOD_NOT_ALLOWED", 405, 0, "请求方法必须为 {0}", "The method must be {0}", "POST"}
	noMedia   = fault{"1003", "MEDIA_TYPE", 415, 0, "content-type 必须为 {0}", "The content-type must be {0}", "application/json"}
	tooLarge  = fault{"1004", "TOO_LARGE", 413, 0, "请求体过大", "The body is too large", ""}
	noJSON    = fault{"1005", "NOT_JSON", 400, 1, "JSON 格式错误", "Malformed JSON", ""}
	missing   = fault{"1006", "MISSING", 400, 1, "缺少参数 {0}", "Parameter {0} is missing", ""}
	invalid   = fault{"1007", "INVALID", 400, 1, "参数 {0} 无效", "Parameter {0} is invalid", ""}
	noCompany = fault{"1008", "COMPANY_UNKNOWN", 403, 1, "公司不存在", "No such company", ""}
	noService = fault{"1009", "SERVICE_UNKNOWN", 404, 1, "服务不存在", "No such service", ""}
	noLogin   = fault{"1010", "NOT_LOGGED_IN", 401, 1, "未登录", "Not logged in", ""}
	expired   = fault{"1011", "SESSION_EXPIRED", 401, 1, "会话已过期", "The session has expired", ""}
	foreign   = fault{"1012", "SESSION_FOREIGN", 403, 1, "会话属于其他公司", "The session is of another company", ""}
	badLogin  = fault{"2001", "BAD_LOGIN", 401, 2, "用户名或密码错误", "Wrong name or password", ""}
	taken     = fault{"2002", "NAME_TAKEN", 400, 2, "用户 {0} 已存在", "User {0} exists already", ""}
	locked    = fault{"2003", "ORDER_LOCKED", 400, 2, "订单 {0} 已被 {1} 锁定", "Order {0} is locked by {1}", "A-17,Zhang"}
)

type session struct {
	company int64
	user    string // see key
	expires time.Time
}

type request struct {
	http                 bool
	head                 map[string]raw // parameters of the header, as JSON
	body                 raw            // nil: none
	args                 map[string]raw // members of the body
	route, bizType, lang string
	company              int64
	start                time.Time
}

type service struct {
	route string
	auth  bool // needs a session
	run   func(q *request) (raw, *fault)
}

var (
	users    = map[string]string{}  // passwords
	sessions = map[string]session{} // by token
)

var services = map[string]service{
	"customer.CustomerWebApiService.login":    {"login", false, login},
	"customer.CustomerWebApiService.register": {"register", false, register},
	"logout":                                 {"logout", true, logout},
	"customer.CustomerWebApiService.company": {"global", true, func(q *request) (raw, *fault) { return obj("companyId", q.company), nil }},
	"notice.NoticeWebApiService.latest":      {"global", false, func(q *request) (raw, *fault) { return obj("title", "Welcome"), nil }},
	"tool.ToolWebApiService.echo":            {"global", false, func(q *request) (raw, *fault) { return q.body, nil }},
	"tool.ToolWebApiService.report": {"global", false, func(q *request) (raw, *fault) {
		time.Sleep(slowTime)
		return obj("rows", 12), nil
	}},
	"order.OrderWebApiService.lock": {"global", false, func(q *request) (raw, *fault) { return nil, &locked }},
}

// key names a user; names are those of one company.
func (q *request) key() string { return fmt.Sprint(q.company, "/", str(q.args["loginName"])) }

func login(q *request) (raw, *fault) {
	mu.Lock()
	defer mu.Unlock()
	if password := str(q.args["password"]); password == "" || password != users[q.key()] {
		return nil, &badLogin
	}
	for token, s := range sessions {
		if on("one-session") && s.user == q.key() {
			delete(sessions, token)
		}
	}
	token := newToken()
	sessions[token] = session{q.company, q.key(), time.Now().Add(24 * time.Hour)}
	return obj("token", token), nil
}

func register(q *request) (raw, *fault) {
	mu.Lock()
	defer mu.Unlock()
	name, password := str(q.args["loginName"]), str(q.args["password"])
	switch {
	case name == "":
		return nil, missing.with("loginName")
	case password == "":
		return nil, missing.with("password")
	case users[q.key()] != "" || len(users) > 10000:
		return nil, taken.with(name)
	}
	users[q.key()] = password
	return obj("loginName", name), nil
}

func logout(q *request) (raw, *fault) {
	mu.Lock()
	defer mu.Unlock()
	delete(sessions, str(q.head["token"]))
	return nil, nil
}

func (q *request) long(name string) (int64, bool) {
	text := string(q.head[name])
	if isString(q.head[name]) && (q.http || !on("long-strict")) {
		text = str(q.head[name])
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func (q *request) lacks(name string) bool {
	v := string(q.head[name])
	return v == "" || v == "null" || v == `""`
}

func (q *request) checkHeader() *fault {
	for _, name := range []string{"companyId", "trace", "timestamp"} {
		_, good := q.long(name)
		if name == "trace" {
			good = isString(q.head[name])
		}
		if q.lacks(name) && !on("required-lenient") {
			return missing.with(name)
		} else if !q.lacks(name) && !good {
			return invalid.with(name)
		}
	}
	ts, given := q.long("timestamp")
	if given && on("timestamp-window") && math.Abs(float64(ts-time.Now().UnixMilli())) > 300000 {
		return invalid.with("timestamp")
	}
	q.company, given = q.long("companyId")
	if !given {
		q.company = 11
	} else if q.company != 11 && q.company != 12 {
		return &noCompany
	}
	return nil
}

func (q *request) checkBody() *fault {
	switch none := len(q.body) == 0 || string(q.body) == "null"; {
	case none && q.bizType == "logout":
		return nil // there is nothing to say
	case none:
		return missing.with("bizBody")
	case !valid(q.body):
		return &noJSON
	}
	isObject, wrapped := false, q.http && on("bizbody-wrapped")
	q.args, isObject = members(q.body)
	if inner, has := q.args["bizBody"]; has && !on("bizbody-bare") && (len(q.args) == 1 || wrapped) {
		q.body = inner
		q.args, isObject = members(inner)
	} else if wrapped {
		return missing.with("bizBody")
	}
	if !isObject && !on("any-json-body") {
		return invalid.with("bizBody")
	}
	return nil
}

func (q *request) checkService() *fault {
	s, ok := services[q.bizType]
	if !ok || q.http && s.route != q.route && !on("any-route") {
		return &noService
	}
	return nil
}

func (q *request) checkToken() *fault {
	mu.Lock()
	defer mu.Unlock()
	s, known := services[q.bizType]
	found, ok := sessions[str(q.head["token"])]
	company, given := q.long("companyId")
	switch {
	case known && !s.auth && (q.lacks("token") || !on("token-always")):
		return nil // nothing to check
	case !ok:
		return &noLogin
	case time.Now().After(found.expires):
		return &expired
	case given && company != found.company:
		return &foreign
	}
	q.company = found.company
	return nil
}

func (q *request) serve() (raw, *fault) {
	checks := []func() *fault{q.checkHeader, q.checkBody, q.checkService, q.checkToken}
	if on("token-first") {
		checks[2], checks[3] = checks[3], checks[2]
	}
	if on("body-first") {
		checks[0], checks[1] = checks[1], checks[0]
	}
	for _, check := range checks {
		if f := check(); f != nil {
			return nil, f
		}
	}
	return services[q.bizType].run(q)
}

// envelope writes the return parameters; f is nil after a success.
func (q *request) envelope(data raw, f *fault) raw {
	if f == nil {
		f = &fault{code: "0", word: "0", zh: "成功", en: "success"}
	} else {
		data = quote(q.bizType)
		if !q.lacks("bizType") {
			data = q.head["bizType"]
		}
		data = pick("biztype-bare", data, obj("bizType", data))
	}
	var trace, value, params interface{} = optional(`""`), optional("{}"), optional(`""`)
	if isString(q.head["trace"]) {
		trace = q.head["trace"]
	} else if !q.lacks("trace") {
		trace = string(q.head["trace"]) // it is a String in any case
	}
	if data != nil {
		value = data
	}
	if f.params != "" {
		params = f.params
	}
	msg := f.zh // zh-CN is the default
	if strings.HasPrefix(strings.ToLower(q.lang), "en") && !on("chinese") {
		msg = f.en
	}
	for i, param := range strings.Split(f.params, ",") {
		msg = pick("msg-filled", strings.Replace(msg, fmt.Sprintf("{%d}", i), param, 1), msg)
	}
	module := "gateway"
	if _, ok := services[q.bizType]; ok {
		module, _, _ = strings.Cut(q.bizType, ".")
	}
	tm := pick("tm-clock", time.Now().UnixMilli(), time.Since(q.start).Milliseconds())
	return obj("code", pick("word-codes", f.word, f.code), "msg", msg, "bizCode", module, "tm", tm, "trace", trace, "msgParams", params, "data", value)
}

func serveGatewayHTTP(w http.ResponseWriter, r *http.Request, path string) {
	time.Sleep(delay())
	q := &request{http: true, head: map[string]raw{}, start: time.Now(), lang: r.Header.Get("lang")}
	for _, name := range []string{"companyId", "trace", "timestamp", "token"} {
		if v := r.Header.Get(name); v != "" {
			q.head[name] = quote(v)
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	q.body = bytes.TrimSpace(body)
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var data raw
	var f *fault
	var isPath bool
	q.route, q.bizType, isPath = strings.Cut(path, "/")
	if path == "logout" {
		q.bizType, isPath = path, true
	}
	switch {
	case !isPath || !strings.Contains(" login register global logout ", " "+q.route+" "):
		f = &noPath
	case r.Method != "POST":
		f = &noMethod
		w.Header().Set("Allow", "POST")
	case err != nil && len(body) < maxMessage:
		f = &noJSON // a broken transfer
	case err != nil:
		f = &tooLarge
	case media != "application/json" && !on("any-content-type") && !(path == "logout" && len(q.body) == 0):
		f = &noMedia
	default:
		data, f = q.serve()
	}
	status, text := 200, q.envelope(data, f)
	w.Header().Set("Content-Type", "application/json")
	if f != nil && (f.level == 0 || on("http-status") || on("http-bare")) && !on("http-200") {
		status = f.status
	}
	if f != nil && f.level < 2 && on("http-bare") {
		text = raw(f.en + "\n")
		w.Header().Set("Content-Type", "text/plain")
	}
	w.WriteHeader(status)
	w.Write(text)
}

func serveGatewayWS(p *peer) {
	if on("server-pings") {
		go p.every(time.Second, func() { p.ws.WriteControl(websocket.PingMessage, []byte("?"), time.Now().Add(time.Second)) })
	}
	p.run(func(_ int, text []byte) (raw, func()) {
		q := &request{start: time.Now()}
		m, ok := members(text)
		if !ok {
			end := func() { p.close(websocket.ClosePolicyViolation, "no JSON") }
			return q.envelope(nil, &noJSON), pick("garbage-closes", end, nil)
		}
		if q.head, ok = members(m["header"]); !ok {
			return q.envelope(nil, missing.with("header")), nil
		}
		q.body, q.lang, q.bizType = m["body"], str(q.head["lang"]), str(q.head["bizType"])
		if q.bizType == "" {
			return q.envelope(nil, missing.with("bizType")), nil
		}
		if q.bizType == "ping" {
			sent, lang := raw(fmt.Sprint(time.Now().UnixMilli())), quote("zh-CN")
			if !q.lacks("sendTime") && on("sendtime-echo") {
				sent = q.head["sendTime"]
			}
			if !q.lacks("lang") {
				lang = q.head["lang"]
			}
			return obj("trace", q.head["trace"], "token", q.head["token"], "bizType", "pong", "sendTime", sent, "lang", lang), nil
		}
		return q.envelope(q.serve()), nil
	})
}

// ---- the program

// wire is a TCP connection that may write strangely.
type wire struct{ *net.TCPConn }

type listener struct{ *net.TCPListener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	return wire{c}, err
}

func (c wire) Write(b []byte) (int, error) {
	text := b
	if head, rest, ok := strings.Cut(string(b), "\r\n\r\n"); ok && on("odd-header-case") && strings.HasPrefix(head, "HTTP/1.1 ") {
		lines := strings.Split(head, "\r\n")
		for i, line := range lines[1:] {
			name, value, _ := strings.Cut(line, ":")
			lines[i+1] = strings.ToLower(name[:1]) + strings.ToUpper(name[1:]) + ":" + value
		}
		text = []byte(strings.Join(lines, "\r\n") + "\r\n\r\n" + rest)
	}
	for i := 0; on("dribble") && i < 40 && len(text) > 7; i++ {
		if n, err := c.TCPConn.Write(text[:7]); err != nil {
			return n, err
		}
		text = text[7:]
		time.Sleep(100 * time.Microsecond)
	}
	if n, err := c.TCPConn.Write(text); err != nil {
		return n, err
	}
	return len(b), nil
}

func handler(w http.ResponseWriter, r *http.Request) {
	if on("no-date") {
		w.Header()["Date"] = nil
	}
	path := strings.TrimPrefix(r.URL.Path, "/gw/")
	switch {
	case r.URL.Path == "/ws":
		serveService(w, r)
	case path == "ws" && r.Method == "GET":
		if p := upgrade(w, r); p != nil {
			serveGatewayWS(p)
		}
	case path != r.URL.Path:
		serveGatewayHTTP(w, r, path)
	default:
		http.NotFound(w, r)
	}
}

// profile makes the accounts and sessions, and tells them.
func profile(address string) string {
	devTokens := func(n int, kind string) string {
		list := make([]string, n)
		for i := range list {
			list[i] = newToken()
			accounts[list[i]] = &account{kind}
		}
		return `"` + strings.Join(list, `", "`) + `"`
	}
	newSessions := func(n int, company int64, life time.Duration) string {
		list := make([]string, n)
		for i := range list {
			list[i] = newToken()
			sessions[list[i]] = session{company, fmt.Sprint(company, "/user", i), time.Now().Add(life)}
		}
		return `"` + strings.Join(list, `", "`) + `"`
	}
	password := newToken()
	users["11/139"] = password
	b := &strings.Builder{}
	fmt.Fprintf(b, "[gateway.endpoints]\nhttp = \"http://%s/gw/\"\nws = \"ws://%s/gw/ws\"\n\n[gateway.credentials]\n", address, address)
	fmt.Fprintf(b, "\"session.valid\" = [%s]\n\"session.expired\" = %s\n\"session.foreign\" = %s\n\"login.password\" = %q\n",
		newSessions(6, 11, 24*time.Hour), newSessions(1, 11, -time.Hour), newSessions(1, 12, 24*time.Hour), password)
	for _, c := range [][4]string{
		{"login", "login", "customer.CustomerWebApiService.login", "{ type = 3, loginName = \"139\" }\ntoken = \"/data/token\""},
		{"register", "register", "customer.CustomerWebApiService.register", `{ type = 3, loginName = "140", password = "secret-140" }`},
		{"guest", "global", "notice.NoticeWebApiService.latest", `{}`},
		{"echo", "global", "tool.ToolWebApiService.echo", `{ text = "hello" }`},
		{"authenticated", "global", "customer.CustomerWebApiService.company", `{}`},
		{"failing", "global", "order.OrderWebApiService.lock", `{ order = "A-17" }`},
		{"slow", "global", "tool.ToolWebApiService.report", `{}`},
	} {
		fmt.Fprintf(b, "\n[gateway.calls.%s]\nroute = %q\nbizType = %q\nbody = %s\n", c[0], c[1], c[2], c[3])
	}
	b.WriteString("\n[gateway.values]\ncompany = \"11\"\nother_company = \"12\"\nhold = \"300ms\"\nbiz_unknown = \"none.NoSuchApiService.nothing\"\n")
	fmt.Fprintf(b, "\n[ws-service.endpoints]\nws = \"ws://%s/ws\"\n\n[ws-service.credentials]\n", address)
	fmt.Fprintf(b, "\"token.valid\" = [%s]\n\"token.unpaid\" = [%s]\n", devTokens(10, "valid"), devTokens(8, "unpaid"))
	for _, kind := range []string{"expired", "review", "nopermission"} {
		fmt.Fprintf(b, "\"token.%s\" = %s\n", kind, devTokens(1, kind))
	}
	topic := fmt.Sprintf("{ event = %q }", eventName)
	for _, c := range [][4]string{
		{"unknown-error", "archive", "export", "{}"}, {"illegal-2", "role", "find", "{}"}, {"illegal-3", "role", "find", "{ name = 7 }"},
		{"offline", "arena", "recent", "{}"}, {"maintenance", "arena", "rank", "{}"}, {"forbidden", "role", "rename", `{ name = "Ye Wei" }`},
		{"restricted", "arena", "watch", "{}"}, {"nodata", "role", "find", `{ name = "nobody" }`}, {"slow", "archive", "search", "{}"},
		{"paid", "role", "detail", "{}"}, {"push", "event", "raise", fmt.Sprintf("{}\nevent = %q", eventName)},
		{"forced-offline", "account", "offline", "{}"}, {"other-error", "account", "fault", "{}"},
		{"subscribe", "event", "subscribe", topic}, {"unsubscribe", "event", "unsubscribe", topic},
	} {
		fmt.Fprintf(b, "\n[ws-service.calls.%s]\ncontroller = %q\naction = %q\nparams = %s\n", c[0], c[1], c[2], c[3])
	}
	b.WriteString("\n[ws-service.values]\nhold = \"300ms\"\n\n[limits]\nconnections = 8\nconnections_per_account = 1\n")
	b.WriteString("requests_per_second = 500\neffects = [\"read\", \"creates\", \"destructive\"]\n")
	return b.String()
}

func main() {
	log.SetFlags(0)
	port := flag.Int("port", 0, "port on 127.0.0.1; 0: any free one")
	file := flag.String("profile", "", "where to write the profile")
	list := flag.Bool("list-readings", false, "print the names of the readings")
	flag.Func("reading", "switch a reading on; may be repeated", func(name string) error {
		active[name] = true
		if !strings.Contains("\n"+strings.Join(readings, "\n")+"\n", "\n"+name+"\n") {
			return fmt.Errorf("no such reading")
		}
		return nil
	})
	flag.Parse()
	if *list {
		fmt.Println(strings.Join(readings, "\n"))
		return
	}
	rand.Seed(time.Now().UnixNano())
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: *port})
	if err != nil {
		log.Fatal(err)
	}
	text := profile(l.Addr().String())
	if err = os.WriteFile(*file+".tmp", []byte(text), 0o600); err == nil {
		err = os.Rename(*file+".tmp", *file)
	}
	if err != nil {
		log.Fatal(err)
	}
	server := http.Server{Handler: http.HandlerFunc(handler), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		ErrorLog: log.New(io.Discard, "", 0)}
	go func() { log.Fatal(server.Serve(listener{l})) }()
	fmt.Println("listening")
	io.Copy(io.Discard, os.Stdin) // until it ends, or a signal ends all
}
