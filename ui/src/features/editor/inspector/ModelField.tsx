// Which model answers: an alias with its prices, or a model by its provider's own name.

import { Link } from "@tanstack/react-router";
import { type RefObject, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Model } from "../../../api/types";
import { Field } from "../../../components/Field";
import { price } from "../../../components/format";
import { Select, type SelectOption } from "../../../components/Select";
import { Sentence } from "../../../components/Sentence";
import { TextField } from "../../../components/TextField";
import { useEditor } from "../useEditor";
import styles from "./inspector.module.css";

/** No alias has spaces, so these are nobody's name. */
const DEFAULT = "the default";
const OTHER = "another model";
const MIXED = "different ones";

interface ModelFieldProps {
  label?: string | undefined;
  /** Undefined: the default; null: several steps have different ones. */
  value: string | undefined | null;
  /** What holds where nothing is chosen. */
  fallback: string;
  onChange: (model: string | undefined) => void;
  error?: string | null | undefined;
}

export function ModelField({ label, value, fallback, onChange, error }: ModelFieldProps) {
  const { t } = useTranslation("inspector");
  const { models } = useEditor();
  const [isOther, setOther] = useState(false);
  const other = useRef<HTMLInputElement>(null);
  const prices = usePrices(models);
  const option = (alias: string, isDefault: boolean): SelectOption<string> => {
    const hints = [isDefault ? t("default") : "", prices(alias)].filter(Boolean);
    return { value: isDefault ? DEFAULT : alias, label: alias, hint: hints.join(", "), chosenHint: prices(alias) };
  };
  const isKnown = value == null || models.some(({ alias }) => alias === value);
  const options: SelectOption<string>[] = [
    ...(value === null ? [{ value: MIXED, label: t("shared.mixed"), whyNot: "" }] : []),
    option(fallback, true),
    ...models.filter(({ alias }) => alias !== fallback || alias === value).map(({ alias }) => option(alias, false)),
    ...(isKnown ? [] : [{ value, label: value, hint: t("model.free"), chosenHint: "" }]),
    { value: OTHER, label: t("model.other") },
  ];
  const choose = (next: string) => {
    setOther(next === OTHER);
    if (next !== OTHER && next !== MIXED) onChange(next === DEFAULT ? undefined : next);
  };
  return (
    <Field label={label ?? t("model.label")} error={error}>
      <Select
        value={isOther ? OTHER : value === null ? MIXED : (value ?? DEFAULT)}
        onChange={choose}
        options={options}
        mono
        focusAfter={other}
      />
      {isOther && (
        <OtherModel
          initial={isKnown ? "" : value}
          input={other}
          onDone={(model) => {
            setOther(false);
            if (model !== "") onChange(model);
          }}
        />
      )}
    </Field>
  );
}

/** Why a model cannot be called now, and where that is put right. */
export function CannotRun({ model: name }: { model: string }) {
  const { t } = useTranslation("inspector");
  const { models } = useEditor();
  const model = models.find(({ alias }) => alias === name);
  if (!model || model.canRun || model.whyNot === undefined) return null;
  // The first sentence says what is missing; what follows is for who has no settings screen.
  const [reason = model.whyNot] = model.whyNot.split(/(?<=\.) /);
  return (
    <p className={styles.quiet}>
      <Sentence text={reason} />{" "}
      <Link to="/settings/$section" params={{ section: "providers" }}>
        {t("model.settings")}
      </Link>
    </p>
  );
}

/** `$2 / $10`, for a million tokens in and out. */
function usePrices(models: readonly Model[]): (alias: string) => string {
  const { t } = useTranslation("inspector");
  return (alias) => {
    const model = models.find((one) => one.alias === alias);
    if (!model) return "";
    const { prices } = model;
    if (!prices) return t("model.unknownPrices");
    return t("model.prices", { input: price(prices.input), output: price(prices.output) });
  };
}

interface OtherModelProps {
  initial: string;
  input: RefObject<HTMLInputElement | null>;
  onDone: (model: string) => void;
}

function OtherModel({ initial, input, onDone }: OtherModelProps) {
  const { t } = useTranslation("inspector");
  const [text, setText] = useState(initial);
  return (
    <>
      <TextField
        ref={input}
        value={text}
        onChange={setText}
        mono
        aria-label={t("model.otherLabel")}
        placeholder="ollama:qwen3"
        onBlur={() => onDone(text.trim())}
        onKeyDown={(event) => {
          if (event.key === "Enter") onDone(text.trim());
          if (event.key === "Escape") {
            event.stopPropagation();
            onDone("");
          }
        }}
      />
      <p className={styles.quiet}>{t("model.otherHint")}</p>
    </>
  );
}
