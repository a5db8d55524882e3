import * as z from "zod";
import { inputError } from "./errors.ts";
import { nameProblem, sameName } from "./names.ts";
import { quote } from "./quote.ts";
import { type Aliases, didYouMean } from "./suggest.ts";

/** What every registered thing says of itself: schema, `list`, help, docs and tests are made from it. */
export interface Entry {
  /** As it stands in configs and results. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Where it was published, if it was. */
  readonly paper?: Paper;
}

export interface Paper {
  /** `Han et al. 2015, Learning both weights and connections for efficient neural networks` */
  readonly citation: string;
  /** Of its abstract, or its DOI: `https://doi.org/...`. */
  readonly url: string;
}

/** `Han et al. 2015` */
export function shortCitation({ citation }: Paper): string {
  return citation.split(",")[0] ?? citation;
}

/** An entry with options: the config's mapping without `name`. */
export interface EntryWithOptions<Options extends z.ZodObject = z.ZodObject> extends Entry {
  readonly options: Options;
}

/**
 * The things of one kind that a config can name, in the order in which they are listed: those that come with
 * prune-lab, and those that plugins add.
 */
export class Registry<Member extends Entry, BuiltIn extends Member = Member> {
  /** What the things are, for messages: `criterion`. */
  readonly kind: string;
  readonly #entries: Member[];
  readonly #origins = new Map<string, string>();
  readonly #aliases: Aliases;

  /** `aliases` are other words for entries, which messages understand. */
  constructor(kind: string, builtIn: readonly BuiltIn[], aliases: Aliases = {}) {
    this.kind = kind;
    this.#aliases = aliases;
    this.#entries = [...builtIn];
  }

  list(): readonly Member[] {
    return this.#entries;
  }

  names(): readonly string[] {
    return this.#entries.map(({ name }) => name);
  }

  find(name: string): Member | undefined {
    return this.#entries.find((entry) => entry.name === name);
  }

  /** Throws a PruneLabError of kind `input` that lists the choices when nothing has this name. */
  named(name: string): Member {
    const entry = this.find(name);
    if (entry === undefined) throw inputError(this.unknown(name));
    return entry;
  }

  /** " Did you mean 'x'?" for a name that nothing has, or an empty text. */
  suggestion(name: string): string {
    return didYouMean(name, this.names(), this.#aliases);
  }

  /** What is wrong with a name that nothing has. */
  unknown(name: string): string {
    const names = this.names();
    return `${quote(name)} is no ${this.kind}.${this.suggestion(name)} Choices: ${names.join(", ")}.`;
  }

  /**
   * Adds what a plugin brings; `origin` identifies the plugin's content. `first` is before what comes with prune-lab,
   * behind what plugins put there. Throws as `refuse` does.
   */
  add(entry: Member, origin: string, place: "first" | "last" = "last"): void {
    this.refuse(entry.name);
    const builtIn = this.#entries.findIndex(({ name }) => !this.#origins.has(name));
    this.#entries.splice(place === "first" ? builtIn : this.#entries.length, 0, entry);
    this.#origins.set(entry.name, origin);
  }

  /** Throws a PruneLabError of kind `input` when a name is taken or cannot be one. */
  refuse(name: string): void {
    const problem = nameProblem(name);
    if (problem !== undefined) throw inputError(`${quote(name)} cannot name a ${this.kind}: ${problem}.`);
    const taken = this.names().find((other) => sameName(other, name));
    if (taken !== undefined) throw inputError(`There is a ${this.kind} named '${taken}' already.`);
  }

  /** What identifies the plugin that brought an entry; undefined for what comes with prune-lab. */
  originOf(name: string): string | undefined {
    return this.#origins.get(name);
  }
}

/** An entry's options with its name in front. */
type Named<Member extends EntryWithOptions> = Member extends EntryWithOptions
  ? z.ZodObject<{ name: z.ZodLiteral<Member["name"]> } & Member["options"]["shape"], z.core.$strict>
  : never;

type WithCommon<Mapping, Common extends z.ZodRawShape> =
  Mapping extends z.ZodObject<infer Shape> ? z.ZodObject<Shape & Common, z.core.$strict> : never;

/** An entry as a config names it: `{ name, ...options }`. */
export type OptionsOf<Members> =
  Members extends Registry<infer _, infer BuiltIn>
    ? BuiltIn extends EntryWithOptions
      ? z.output<Named<BuiltIn>>
      : never
    : never;

/**
 * The schema of a mapping that names an entry and gives its options, made anew from what is registered now; typed
 * by what comes with prune-lab. `common` are options that every entry has beside its own.
 */
export function optionsSchema<
  Member extends EntryWithOptions,
  BuiltIn extends Member,
  Common extends z.ZodRawShape = Record<never, never>,
>(registry: Registry<Member, BuiltIn>, common?: Common) {
  const [first, ...others] = registry.list().map((entry) =>
    z.strictObject({
      name: z.literal(entry.name).describe(entry.summary),
      ...entry.options.shape,
      ...common,
    }),
  );
  if (first === undefined) throw new Error(`no ${registry.kind} is registered`);
  return z.discriminatedUnion("name", [first, ...others], {
    error: ({ code, input }) => {
      const name: unknown = (input as Partial<Entry> | undefined)?.name;
      if (code !== "invalid_union" || typeof name !== "string") return undefined;
      return `${quote(name)} is not one of ${registry.names().join(", ")}.${registry.suggestion(name)}`;
    },
  }) as unknown as z.ZodDiscriminatedUnion<[WithCommon<Named<BuiltIn>, Common>], "name">;
}
