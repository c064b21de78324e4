/** Looking back: search over transcripts, the score sheet of sampled conversations, the audit log. */

import { html, nothing, type TemplateResult } from "lit";
import { type AuditPage, type ConsoleMessage, CRITERIA, type Criterion, type Hit, type Sample } from "../contract";
import { plain } from "../plain";
import { moment, stamp, text } from "../text";
import { message } from "./talk";
import { fields, type View } from "./view";

export function search(hits: readonly Hit[] | null, view: View, seek: (words: string) => void): TemplateResult {
  const t = text.search;
  return html`<main class="page" aria-labelledby="page-title">
    <h1 id="page-title">${t.title}</h1>
    <form class="seek" role="search" @submit=${(event: Event) => seek(fields(event).words ?? "")}>
      <input type="search" name="words" aria-label=${t.words} placeholder=${t.words} minlength="2" required />
      <button type="submit" class="primary">${t.submit}</button>
      <span class="quiet">${t.hint}</span>
    </form>
    ${hits ? html`<p role="status">${hits.length ? t.found(hits.length) : t.none}</p>` : nothing}
    <ul class="hits">${hits?.map(
      (hit) => html`<li><button type="button" @click=${() => void view.desk.open(hit.conversation)}>
        <span class="quiet">${moment(hit.at)} · ${hit.ticket} · ${(text.talk.from as Record<string, string>)[hit.from] ?? hit.from}</span>
        <span>${plain(hit.snippet)}</span></button></li>`,
    )}</ul>
  </main>`;
}

const SCORES = [0, 1, 2, 3, 4, 5];

function sheet(save: (scores: Record<Criterion, number>, comment: string) => void): TemplateResult {
  const t = text.samples;
  const submitted = (event: Event): void => {
    const given = fields(event);
    const scores = Object.fromEntries(CRITERIA.map((name) => [name, Number(given[name])])) as Record<Criterion, number>;
    save(scores, given.comment ?? "");
  };
  return html`<form class="sheet" @submit=${submitted}>
    <h2>${t.sheet}</h2><p class="quiet">${t.scale}</p>
    ${CRITERIA.map(
      (name) => html`<fieldset><legend>${t.criteria[name]}</legend>
        ${SCORES.map((score) => html`<label><input type="radio" name=${name} value=${score} required /> ${score}</label>`)}
      </fieldset>`,
    )}
    <label>${t.comment}<textarea name="comment" rows="3" maxlength="500"></textarea></label>
    <button type="submit" class="primary">${t.submit}</button>
  </form>`;
}

export interface Review {
  samples: readonly Sample[];
  chosen: Sample | null;
  messages: readonly ConsoleMessage[];
}

export interface ReviewActions {
  choose(sample: Sample): void;
  save(sample: Sample, scores: Record<Criterion, number>, comment: string): void;
}

export function samples(review: Review | null, view: View, actions: ReviewActions): TemplateResult {
  const t = text.samples;
  const chosen = review?.chosen;
  return html`<main class="page" aria-labelledby="page-title">
    <h1 id="page-title">${t.title}</h1>
    <div class="review">
      <ul class="hits">${review?.samples.map(
        (sample) => html`<li><button type="button" aria-current=${sample.id === chosen?.id ? "true" : "false"} @click=${() => actions.choose(sample)}>
          <span>${sample.ticket} · ${plain(view.state.agents.get(sample.agent)?.display ?? sample.agent)}</span>
          <span class="quiet">${t.why[sample.why]} · ${sample.scored ? t.scored : t.open}</span></button></li>`,
      )}</ul>
      ${review && !review.samples.length ? html`<p class="quiet">${t.none}</p>` : nothing}
      ${
        chosen
          ? html`<div class="log" tabindex="0" role="region" aria-label=${text.talk.log}>${review.messages.map(message)}</div>
            ${sheet((scores, comment) => actions.save(chosen, scores, comment))}`
          : html`<p class="quiet">${t.choose}</p>`
      }
    </div>
  </main>`;
}

export function audit(page: AuditPage | null, seek: (filter: Record<string, string>) => void, more: () => void): TemplateResult {
  const t = text.audit;
  return html`<main class="page" aria-labelledby="page-title">
    <h1 id="page-title">${t.title}</h1>
    ${page ? html`<p class="chain ${page.verified ? "" : "error"}" role="status">${page.verified ? t.verified : t.broken}</p>` : nothing}
    <form class="seek" @submit=${(event: Event) => seek(fields(event))}>
      <input name="actor" aria-label=${t.actor} placeholder=${t.actor} />
      <input name="action" aria-label=${t.action} placeholder=${t.action} />
      <button type="submit">${t.filter}</button>
    </form>
    <div class="scroll" tabindex="0" role="region" aria-label=${t.title}>
      <table class="audit"><thead><tr>${[t.at, t.actor, t.action, t.subject, t.detail, t.hash].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${page?.entries.map(
        (entry) => html`<tr><td><time datetime=${entry.at}>${stamp(entry.at)}</time></td><td>${plain(entry.actor)}</td><td>${t.actions[entry.action] ?? plain(entry.action)}</td>
          <td>${plain(entry.subject)}</td><td>${plain(entry.detail)}</td><td><code>${entry.hash.slice(0, 12)}</code></td></tr>`,
      )}</tbody></table>
    </div>
    ${page && !page.entries.length ? html`<p class="quiet">${t.none}</p>` : nothing}
    ${page?.more ? html`<button type="button" @click=${more}>${t.more}</button>` : nothing}
  </main>`;
}
