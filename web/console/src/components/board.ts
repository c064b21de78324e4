/** What a lead watches: who waits, who serves, and which clocks are about to break. */

import { html, nothing, type TemplateResult } from "lit";
import type { Board, Job } from "../contract";
import { clock } from "../inbox";
import { plain } from "../plain";
import { moment, span, text, titleOf } from "../text";
import type { View } from "./view";

const t = text.board;
const LONG_SECONDS = 180;

const figure = (name: string, value: string | number, alarming = false): TemplateResult =>
  html`<div class="figure ${alarming ? "late" : ""}"><dt>${name}</dt><dd>${value}</dd></div>`;

/** Whether it has not come to its end since it failed. */
const failing = ({ ran_at, failed_at }: Job): boolean => failed_at !== null && (ran_at === null || Date.parse(failed_at) > Date.parse(ran_at));

const job = (each: Job): TemplateResult => {
  const failure = each.failed_at ? `${moment(each.failed_at)} ${each.error ?? ""}` : t.never;
  return html`<tr>
    <th scope="row">${t.jobNames[each.name] ?? each.name}</th>
    <td>${each.ran_at ? moment(each.ran_at) : t.never}</td>
    <td>${failing(each) ? html`<span class="clock late">${failure}</span>` : failure}</td>
  </tr>`;
};

export function board(data: Board | null, { desk, now, state }: View): TemplateResult {
  if (!data) return html`<main class="page"><p class="quiet">${text.loading}</p></main>`;
  const onDuty = data.agents.filter(({ state: presence }) => presence === "online").length;
  return html`<main class="page" aria-labelledby="page-title">
    <h1 id="page-title">${t.title}</h1>
    <dl class="figures">
      ${figure(t.waiting, data.waiting)}
      ${figure(t.longest, data.waiting ? span(data.longest_wait_s) : "—", data.longest_wait_s > LONG_SECONDS)}
      ${figure(t.assigned, data.assigned)}
      ${figure(t.onDuty, `${onDuty} / ${data.agents.length}`)}
    </dl>
    <section class="wide"><h2>${t.breaking}</h2>
      ${
        data.breaking.length
          ? html`<table><thead><tr><th scope="col">${t.talk}</th><th scope="col">${t.agent}</th><th scope="col">${t.due}</th><th scope="col">${t.action}</th></tr></thead>
              <tbody>${[...data.breaking].sort((a, b) => a.due_at.localeCompare(b.due_at)).map((row) => {
                const kind = clock(row, now);
                const left = span(Math.abs(Date.parse(row.due_at) - now) / 1000);
                return html`<tr>
                  <th scope="row">${plain(row.title)} <small>${row.ticket}</small></th>
                  <td>${row.agent ? plain(state.agents.get(row.agent)?.display ?? row.agent) : text.inbox.nobody}</td>
                  <td>${moment(row.due_at)} ${kind === "none" ? nothing : html`<span class="clock ${kind}">${text.inbox.clock[kind](left)}</span>`}</td>
                  <td><button type="button" @click=${() => void desk.open(row.id)}>${t.open}</button></td>
                </tr>`;
              })}</tbody></table>`
          : html`<p class="quiet">${t.none}</p>`
      }
    </section>
    <div class="halves">
      <section><h2>${t.skills}</h2>
        <table><thead><tr><th scope="col">${t.skills}</th><th scope="col">${t.skillWaiting}</th><th scope="col">${t.longest}</th></tr></thead>
        <tbody>${data.skills.map(
          ({ title, waiting, longest_wait_s }) => html`<tr><th scope="row">${title}</th><td>${waiting}</td><td>${waiting ? span(longest_wait_s) : "—"}</td></tr>`,
        )}</tbody></table>
      </section>
      <section><h2>${t.agents}</h2>
        <table><thead><tr><th scope="col">${t.agent}</th><th scope="col">${t.state}</th><th scope="col">${t.load}</th><th scope="col">${t.skills}</th></tr></thead>
        <tbody>${data.agents.map(
          (agent) => html`<tr>
            <th scope="row">${plain(agent.display)}</th>
            <td><span class="dot ${agent.state}" aria-hidden="true"></span> ${text.bar.stateShort[agent.state]}</td>
            <td>${agent.load} / ${agent.capacity}</td>
            <td>${agent.skills.map((skill) => titleOf(state.me?.skills_all ?? [], skill)).join("、")}</td>
          </tr>`,
        )}</tbody></table>
      </section>
    </div>
    <section class="wide jobs"><h2>${t.jobs}</h2>
      <table><thead><tr><th scope="col">${t.job}</th><th scope="col">${t.ranAt}</th><th scope="col">${t.failedAt}</th></tr></thead>
      <tbody>${data.jobs.map(job)}</tbody></table>
    </section>
  </main>`;
}
