// How the page talks to the sandbox: JSON over fetch, news by server-sent events.

/** A refusal by the server; its message is the key of a word. */
export class Refused extends Error {}

async function ask(path, options) {
  let reply;
  try {
    reply = await fetch(path, options);
  } catch {
    throw new Refused("error.offline");
  }
  const body = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Refused(`error.${body.error ?? "refused"}`);
  return body;
}

export function state(person) {
  return ask(`/page/state?as=${person}`);
}

export function older(person, chat, before) {
  return ask(`/page/messages?as=${person}&chat=${chat}&before=${before}`);
}

export function post(action, body) {
  return ask(`/page/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Listen to news after `seq`; `lost` is told whether the line is down. Returns a function that hangs up. */
export function listen(seq, { news, lost }) {
  const source = new EventSource(`/page/events?after=${encodeURIComponent(seq)}`);
  source.onopen = () => lost(false);
  source.onerror = () => lost(true);
  source.onmessage = (event) => news(JSON.parse(event.data), event.lastEventId);
  return () => source.close();
}

/** A file's bytes as base64, for JSON. */
export function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Refused("error.bad_request"));
    reader.readAsDataURL(file);
  });
}
