// Settings: sections at the left, one form at the right, saved on change.

import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Cpu, Database, Info, type LucideIcon, PlugZap, Rows3, SunMoon, Waypoints } from "lucide-react";
import { type ComponentType, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "../../components/Icon";
import { PageHeader } from "../../components/PageHeader";
import { SkeletonRows } from "../../components/Skeleton";
import { AboutSection } from "./AboutSection";
import { ApiSection } from "./ApiSection";
import { AppearanceSection } from "./AppearanceSection";
import { DataSection } from "./DataSection";
import { ModelsSection } from "./ModelsSection";
import { ProvidersSection } from "./ProvidersSection";
import { QueuesSection } from "./QueuesSection";
import styles from "./SettingsPage.module.css";

const SECTIONS = {
  providers: { icon: Waypoints, content: ProvidersSection },
  models: { icon: Cpu, content: ModelsSection },
  queues: { icon: Rows3, content: QueuesSection },
  api: { icon: PlugZap, content: ApiSection },
  data: { icon: Database, content: DataSection },
  appearance: { icon: SunMoon, content: AppearanceSection },
  about: { icon: Info, content: AboutSection },
} as const satisfies Record<string, { icon: LucideIcon; content: ComponentType }>;

type Section = keyof typeof SECTIONS;
const NAMES = Object.keys(SECTIONS).filter(isSection);

function isSection(name: string): name is Section {
  return Object.hasOwn(SECTIONS, name);
}

export default function SettingsPage() {
  const { t } = useTranslation("settings");
  const { section } = useParams({ from: "/settings/$section" });
  const navigate = useNavigate();
  const isKnown = isSection(section);
  useEffect(() => {
    if (!isKnown) void navigate({ to: "/settings/$section", params: { section: "providers" }, replace: true });
  }, [isKnown, navigate]);
  if (!isKnown) return null;
  const Content = SECTIONS[section].content;
  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} />
      <div className={styles.columns}>
        <nav className={styles.sections} aria-label={t("sections.label")}>
          {NAMES.map((name) => (
            <Link
              key={name}
              to="/settings/$section"
              params={{ section: name }}
              className={styles.section}
              activeProps={{ className: styles.active }}
            >
              <Icon icon={SECTIONS[name].icon} />
              {t(`sections.${name}`)}
            </Link>
          ))}
        </nav>
        <div className={styles.scroll} key={section}>
          <section className={styles.form} aria-labelledby="settings-section">
            <h2 id="settings-section" className={styles.heading}>
              {t(`sections.${section}`)}
            </h2>
            <Suspense fallback={<SkeletonRows rows={5} label={t(`sections.${section}`)} />}>
              <Content />
            </Suspense>
          </section>
        </div>
      </div>
    </div>
  );
}
