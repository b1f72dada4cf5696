// Keeps the users of an application in step with SCIM, by webhooks: node receiver.mjs, with WEBHOOK_SECRET and PORT.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ''), 'base64')
const users = new Map() // id → { email, name, active, seq }; a table of yours
const sessions = new Map() // id of the user → its sessions

// verify checks a signature of the Standard Webhooks specification; during a rotation there are two.
function verify(headers, body) {
  const id = headers['webhook-id'], time = headers['webhook-timestamp']
  if (!(Math.abs(Date.now() / 1000 - time) < 300)) return false // an old delivery, sent by someone else
  const want = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest()
  return (headers['webhook-signature'] ?? '').split(' ').some((one) => {
    const got = Buffer.from(one.replace(/^v1,/, ''), 'base64')
    return got.length === want.length && timingSafeEqual(got, want)
  })
}

// apply makes the table what a fact says. A fact that comes again, or late, changes nothing.
function apply({ seq, type, user }) {
  if (!user || !type.startsWith('user.') || (users.get(user.id)?.seq ?? 0) >= seq) return
  users.set(user.id, { email: user.email, name: user.name, active: user.active, gone: type === 'user.deleted', seq })
  if (!user.active) sessions.delete(user.id) // deactivated or deleted: signed out at once
}

const server = createServer((request, response) => {
  let body = ''
  const more = (part) => (body += part).length < 8e6 || request.destroy() // no fact is that long, and anyone can send
  request.setEncoding('utf8').on('data', more).on('end', () => {
    if (request.method === 'GET') return response.end(JSON.stringify([...users].filter(([, u]) => !u.gone)))
    if (!verify(request.headers, body)) return response.writeHead(401).end()
    apply(JSON.parse(body).data)
    response.writeHead(204).end()
  })
})
server.listen(process.env.PORT ?? 3000, '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
