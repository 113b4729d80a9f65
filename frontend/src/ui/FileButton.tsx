import { Button } from "antd";
import { useRef } from "react";

/** Lets a person choose one file; the same file may be chosen again once it is mended. */
export function FileButton({
  label,
  loading,
  onFile,
}: {
  label: string;
  loading: boolean;
  onFile: (file: File) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept=".xlsx,.xls,.xlsm,.et,.csv,.txt"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = "";
          if (file) onFile(file);
        }}
      />
      <Button loading={loading} onClick={() => input.current?.click()}>
        {label}
      </Button>
    </>
  );
}
