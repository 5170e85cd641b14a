//! `export`, `backup`, `restore`.

use std::fs;
use std::io::Write;
use std::path::Path;

use planloom_store::Store;
use serde_json::Value;

use super::run::without_server_made;
use super::{Context, Kind};
use crate::args::{Backup, Export, Format, Restore};
use crate::door::{Door, Purpose};
use crate::error::Error;
use crate::exit::Exit;
use crate::path::path;

/// `planloom export`: a plan as its author wrote it, ready for `run`; an execution with everything.
pub async fn export(context: &mut Context<'_>, export: Export) -> Result<Exit, Error> {
    let kind = Kind::of(&export.id)?;
    let door = context.door("export", Purpose::Read).await?;
    let read = read(&door, kind, &export.id).await;
    door.close().await;
    let document = read?;
    match (export.format, export.output) {
        (Format::Json, None) => context.out.json(&document)?,
        (Format::Json, Some(file)) => {
            write_new(&file, &format!("{document:#}\n"))?;
            context.out.note(&format!("Written to {}.", file.display()));
        }
    }
    Ok(Exit::Completed)
}

async fn read(door: &Door, kind: Kind, id: &str) -> Result<Value, Error> {
    match kind {
        Kind::Plan => Ok(without_server_made(&door.get(&path(&["plans", id])).await?)),
        Kind::Execution => door.get(&path(&["plans", "executions", id])).await,
        Kind::Task => {
            Err(Error::Usage(format!("`{id}` is a task. Export its execution, or read it with `planloom show`.")))
        }
    }
}

/// Never in the place of a file that is there already.
fn write_new(file: &Path, text: &str) -> Result<(), Error> {
    let written = fs::File::create_new(file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Error::Write(format!("{} cannot be written: {error}.", file.display())))
}

/// `planloom backup`: reads beside whoever owns the database, so it disturbs nobody.
pub async fn backup(context: &mut Context<'_>, backup: Backup) -> Result<Exit, Error> {
    if !context.data.database().exists() {
        return Err(Error::NothingYet(context.data.path().to_owned()));
    }
    // The store makes the file's name durable in its folder, which a relative path does not always name.
    let file = std::path::absolute(&backup.file).unwrap_or(backup.file);
    let store = Store::open_read_only(&context.data)?;
    store.backup(&file)?;
    let bytes = fs::metadata(&file).map(|metadata| metadata.len()).unwrap_or(0);
    context.out.line(&format!("{}  {} kB, checked.", file.display(), bytes.div_ceil(1_000)))?;
    Ok(Exit::Completed)
}

/// `planloom restore`: refused while anybody works on the data folder.
pub async fn restore(context: &mut Context<'_>, restore: Restore) -> Result<Exit, Error> {
    // So that a missing file is found before the data folder is made.
    if !restore.file.is_file() {
        return Err(Error::Usage(format!("There is no file {}.", restore.file.display())));
    }
    let restored = planloom_store::restore(&context.data, &restore.file, "planloom restore")?;
    context.out.line(&format!("{} is in place.", restore.file.display()))?;
    if let Some(replaced) = restored.replaced {
        context.out.line(&format!("What was there before is kept: {}", replaced.display()))?;
    }
    Ok(Exit::Completed)
}
