// The API's door on localhost: its switch, its keys, and how a script comes in.

import { useSuspenseQuery } from "@tanstack/react-query";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";

import { shell } from "#door";

import { listenerQuery } from "../../api/queries";
import { Banner } from "../../components/Banner";
import { Field } from "../../components/Field";
import { ControlRow, Row } from "../../components/Row";
import { Sentence } from "../../components/Sentence";
import { Switch } from "../../components/Switch";
import { TextArea } from "../../components/TextArea";
import styles from "./ApiSection.module.css";
import { CopyButton } from "./CopyButton";
import { Keys } from "./Keys";
import { MainKey } from "./MainKey";
import { Group, Intro, Narrow, Saved, SavedNumber } from "./parts";
import { useSavedOnLeave } from "./useSavedOnLeave";
import { useSettings } from "./useSettings";

export function ApiSection() {
  const { t } = useTranslation("settings");
  const { data: listener } = useSuspenseQuery(listenerQuery);
  const { settings, change, state } = useSettings();
  const url = listener.url ?? null;
  return (
    <>
      <Intro>{t("api.intro")}</Intro>
      <div>
        {shell.kind === "desktop" ? (
          <ControlRow label={t("api.switch")} hint={t("api.switchHint")}>
            {(labelId) => (
              <Switch
                labelledBy={labelId}
                checked={settings.listener.enabled}
                onChange={(enabled) => void change({ listener: { enabled } })}
              />
            )}
          </ControlRow>
        ) : (
          <Intro>
            <Sentence text={t("api.ofServe")} />
          </Intro>
        )}
        <Row
          label={url === null ? t("api.off") : t("api.listening", { url })}
          value={
            url !== null && (
              <span className={styles.end}>
                <a href={`${url}/docs`} target="_blank" rel="noopener noreferrer" onClick={openOutside}>
                  {t("api.docs")}
                </a>
                <CopyButton text={url} />
              </span>
            )
          }
        />
      </div>
      {listener.problem != null && (
        <Banner kind="error">
          <Sentence text={listener.problem} />
        </Banner>
      )}
      <Narrow>
        <SavedNumber
          label={t("api.port")}
          hint={<Sentence text={t("api.portHint")} />}
          value={settings.listener.port}
          max={65_535}
          save={(port) => change({ listener: { port } })}
        />
      </Narrow>
      <Saved state={state} />
      <MainKey />
      <Curl />
      <Keys />
      <Origins
        origins={settings.listener.allowedOrigins}
        save={(allowedOrigins) => change({ listener: { allowedOrigins } })}
      />
    </>
  );
}

/** In the window a link leads to the system's browser. */
function openOutside(event: MouseEvent<HTMLAnchorElement>): void {
  if (shell.kind !== "desktop") return;
  event.preventDefault();
  void shell.openExternal(event.currentTarget.href);
}

function Curl() {
  const { t } = useTranslation("settings");
  const line = [
    "eval $(planloom api-info --json | jq -r '@sh \"URL=\\(.url) KEY=\\(.key)\"')",
    'curl -s -H "Authorization: Bearer $KEY" "$URL/plans"',
  ].join("\n");
  return (
    <Group title={t("api.curl")} text={t("api.curlHint")}>
      <div className={styles.curl}>
        <pre className={styles.command}>{line}</pre>
        <CopyButton text={line} />
      </div>
    </Group>
  );
}

function Origins({ origins, save }: { origins: string[]; save: (origins: string[]) => Promise<void> }) {
  const { t } = useTranslation("settings");
  const { written, setWritten, error, leave } = useSavedOnLeave(origins.join("\n"), (text) =>
    save(text.split(/\s+/).filter(Boolean)),
  );
  return (
    <Group>
      <Field label={t("api.origins")} hint={t("api.originsHint")} error={error}>
        <TextArea value={written} onChange={setWritten} onBlur={leave} mono rows={2} />
      </Field>
    </Group>
  );
}
