// ical.js, which Thunderbird reads calendars with: the calendar of a person, with its names, dates and times.
import assert from "node:assert/strict";
import { test } from "node:test";
import ICAL from "ical.js";
import { ask, customer } from "./demo.mjs";

test("a calendar is read as it was meant", async () => {
  const query = `mutation ($input: CreateCalendarFeedInput!) { createCalendarFeed(input: $input) { address } }`;
  const { createCalendarFeed } = await ask(customer, query, { input: { name: "ical.js", language: "SWEDISH" } });
  const answer = await fetch(createCalendarFeed.address);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^text\/calendar/);
  assert.equal(answer.headers.get("cache-control"), "no-store");

  const calendar = new ICAL.Component(ICAL.parse(await answer.text()));
  assert.equal(calendar.getFirstPropertyValue("version"), "2.0");
  const events = calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
  assert.equal(new Set(events.map((event) => event.uid)).size, events.length, "no entry stands twice");

  const { meetings } = await ask(customer, "{ meetings(first: 100) { nodes { id title startsAt forum { name } } } }");
  for (const meeting of meetings.nodes.filter((meeting) => new Date(meeting.startsAt) > new Date())) {
    const event = events.find((event) => event.uid.startsWith(meeting.id));
    assert.equal(event.summary, meeting.title);
    assert.equal(event.startDate.toJSDate().getTime(), new Date(meeting.startsAt).getTime());
    assert.ok(event.description.includes(meeting.forum.name), event.description);
  }
  const days = events.filter((event) => event.startDate.isDate);
  assert.ok(days.length > 3, "days on which something is due");
  for (const event of days) assert.equal(event.endDate.subtractDate(event.startDate).toSeconds(), 24 * 60 * 60);
});
