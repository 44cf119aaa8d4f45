//! The folder that becomes a set's folder: every file of every source enters it through the checks of the manifest.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;

use crate::cache::Slot;
use crate::check;
use crate::folder;
use crate::manifest::{File, Folder, Members, Set};
use crate::origin::FileRecord;

/// Maximum length of a file of a folder.
const LONGEST_BELOW: u64 = 64 << 20;

/// What a member of an archive becomes.
pub(crate) enum Target<'a> {
    /// A file of the set.
    File(&'a str),
    /// A folder of the set, and the path of the file in it.
    Below(&'a str, &'a str),
}

/// Makes a file of the set from a member in another format.
pub(crate) type Convert = fn(&mut dyn Read, &mut dyn Write) -> Result<()>;

/// The first bytes of gzip's format.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The folder that becomes a set's folder, with its files so far. All of them are checked.
pub(crate) struct Staging<'a> {
    set: &'a Set,
    dir: PathBuf,
    records: BTreeMap<String, FileRecord>,
    /// Converts a source's members to files of the set.
    convert: Option<Convert>,
}

impl<'a> Staging<'a> {
    pub fn new(set: &'a Set, slot: &Slot) -> Result<Staging<'a>> {
        Ok(Staging { set, dir: slot.empty("files")?, records: BTreeMap::new(), convert: None })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// From now on, converts each member.
    pub fn convert_members(&mut self, convert: Option<Convert>) {
        self.convert = convert;
    }

    /// Adds a file. `name` is its name at the source: if only that has the suffix `.gz`, the file is decompressed. Some
    /// servers and browsers have done so before and keep the name, so the content decides.
    pub fn admit(&mut self, name: &str, file: &File, from: impl Read) -> Result<()> {
        let packed = name.ends_with(".gz") && !file.name.ends_with(".gz");
        let unpacked = if packed { name.trim_end_matches(".gz") } else { name };
        let own = file.names().find(|own| *own == unpacked).unwrap_or(&file.name).clone();
        let path = self.dir.join(&own);
        let mut from = BufReader::new(from);
        let compressed = packed && from.fill_buf().with_context(|| format!("cannot read `{name}`"))?.starts_with(&GZIP);
        let mut plain: Box<dyn Read + '_> =
            if compressed { Box::new(MultiGzDecoder::new(from)) } else { Box::new(from) };
        let record = match &self.convert {
            Some(convert) => {
                let failed = || format!("cannot write {}", path.display());
                fs::create_dir_all(path.parent().unwrap_or(&self.dir)).with_context(failed)?;
                let mut to = BufWriter::new(fs::File::create(&path).with_context(failed)?);
                convert(&mut plain, &mut to).with_context(|| format!("cannot convert `{name}`"))?;
                to.flush().with_context(failed)?;
                check::check_file(file, false, &self.dir)?
            }
            None => check::copy_checked(file, false, plain, &path)?,
        };
        self.records.insert(own.clone(), FileRecord { name: own, ..record });
        Ok(())
    }

    /// Adds a file of a folder, with its path in the folder. The folder is checked at the end.
    pub fn admit_below(&mut self, folder: &Folder, path: &str, from: impl Read) -> Result<()> {
        let to = self.dir.join(&folder.name).join(path);
        let failed = || format!("cannot write {}", to.display());
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).with_context(failed)?;
        }
        let mut file = fs::File::create(&to).with_context(failed)?;
        let length = std::io::copy(&mut from.take(LONGEST_BELOW + 1), &mut file);
        let length = length.with_context(|| format!("cannot unpack `{path}` to {}", to.display()))?;
        ensure!(length <= LONGEST_BELOW, "`{path}` is longer than {LONGEST_BELOW} bytes");
        Ok(())
    }

    /// Adds a member of an archive as a file of the set.
    pub fn admit_member(&mut self, member: &str, target: &Target, from: impl Read) -> Result<()> {
        match *target {
            Target::File(file) => self.admit(member, self.set.file_behind(file)?, from),
            Target::Below(folder, path) => {
                let folder = self.set.folder(folder).with_context(|| format!("it has no folder `{folder}`"))?;
                if folder::holds(folder, path) { self.admit_below(folder, path, from) } else { Ok(()) }
            }
        }
    }

    /// An error for the first member that is missing.
    pub fn has_all(&self, members: &Members) -> Result<()> {
        let there = |file: &str| match file.strip_suffix('/') {
            Some(folder) => self.dir.join(folder).exists(),
            None => self.records.contains_key(file),
        };
        match members.iter().find(|(_, file)| !there(file)) {
            Some((member, _)) => bail!("it has no `{member}`"),
            None => Ok(()),
        }
    }

    /// The records of all files and folders, in the order of the manifest.
    pub fn finish(mut self) -> Result<Vec<FileRecord>> {
        let Staging { set, dir, .. } = &self;
        check::match_tables(set, dir)?;
        let folders = set.folders.iter().map(|folder| folder::check(folder, false, dir)).collect::<Result<Vec<_>>>()?;
        let files = self.set.files.iter().map(|file| {
            let record = file.names().find_map(|name| self.records.remove(name));
            record.with_context(|| format!("it has no `{}`", file.name))
        });
        Ok(files.collect::<Result<Vec<_>>>()?.into_iter().chain(folders).collect())
    }
}
