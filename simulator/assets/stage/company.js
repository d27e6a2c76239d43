// The stage of a class: this one goes along with the teacher's, as the room's stream says. Each
// message is the whole state, so that coming late and reconnecting are the same.

const AGAIN = 2000, SELDOM = 60_000; // milliseconds after which one listens again, at first and at most

export class Company {
  constructor(player) {
    this.player = player;
  }

  follow(room) {
    if (this.room === room) return;
    this.leave();
    this.room = room;
    if (room) this.listen(AGAIN, "events", "screen/events");
  }

  // A seat has a stream, and so has a projector: one that is refused tries the other.
  listen(pause, path, other) {
    this.source = new EventSource(`/room/${encodeURIComponent(this.room)}/${path}`);
    this.source.onmessage = ({ data }) => this.hear(JSON.parse(data).html);
    this.source.onerror = () => {
      if (this.source.readyState !== EventSource.CLOSED) return;
      this.refused = setTimeout(() => this.listen(Math.min(2 * pause, SELDOM), other, path), pause * (0.5 + Math.random()));
    };
  }

  // A learner who has stepped on their own stays there until the teacher steps.
  hear(html) {
    const there = new DOMParser().parseFromString(html, "text/html").querySelector("#there")?.getAttribute("href");
    if (!there || there === this.there) return;
    this.there = there;
    const { player } = this, url = new URL(there, location.origin), step = Number(url.searchParams.get("step"));
    if (Object.entries(player.data.address).every(([name, value]) => url.searchParams.get(name) === value)) player.go(step);
    else location.assign(url);
  }

  leave() {
    clearTimeout(this.refused);
    this.room = this.there = undefined;
    this.source?.close();
  }
}
