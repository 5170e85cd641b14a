// Puts a text into the clipboard, and says so on the button for a moment.

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "../../components/IconButton";

const SAID_FOR_MS = 2_000;

export function CopyButton({ text, name }: { text: string; name?: string }) {
  const { t } = useTranslation("settings");
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <IconButton
      icon={isCopied ? Check : Copy}
      name={isCopied ? t("copied") : (name ?? t("copy"))}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    />
  );
}
