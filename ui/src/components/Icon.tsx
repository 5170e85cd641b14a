// A lucide icon in the stroke of the house. It is silent; whoever shows it alone gives it a name.

import type { LucideIcon } from "lucide-react";

import { strokeAt } from "./Spinner";

export function Icon({
  icon: Drawn,
  sizePx = 16,
  className,
}: {
  icon: LucideIcon;
  sizePx?: number | undefined;
  className?: string | undefined;
}) {
  const sizeRem = `${sizePx / 16}rem`;
  return (
    <Drawn
      className={className}
      strokeWidth={(strokeAt(sizePx) * 24) / sizePx}
      style={{ width: sizeRem, height: sizeRem }}
      aria-hidden
    />
  );
}
