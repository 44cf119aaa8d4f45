//! What not every file system can do: locks, and moves from one disk to another.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Once;

/// The system calls that fail on some file systems; tests replace them.
struct Calls {
    try_lock: fn(&File) -> Result<(), TryLockError>,
    lock: fn(&File) -> io::Result<()>,
    rename: fn(&Path, &Path) -> io::Result<()>,
}

const SYSTEM: Calls = Calls { try_lock: File::try_lock, lock: File::lock, rename: |from, to| fs::rename(from, to) };

/// Locks a file; false if another process holds its lock. Where the file system has no locks (Lustre, NFS, some
/// containers), one goes on with a word: then two processes at once are not told apart.
pub fn try_lock(file: &File) -> bool {
    try_lock_with(&SYSTEM, file)
}

/// Like [`try_lock`], but waits until no other process holds the lock; `busy` is called if one does.
pub fn lock(file: &File, busy: impl FnOnce()) {
    lock_with(&SYSTEM, file, busy);
}

/// Moves a file; copies it if it goes to another disk.
pub(crate) fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    move_with(&SYSTEM, from, to)
}

/// Whether a failure means that nothing can be written here.
pub(crate) fn is_read_only(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(kind, Some(ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied))
}

fn try_lock_with(calls: &Calls, file: &File) -> bool {
    match (calls.try_lock)(file) {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(error)) => {
            no_locks(&error);
            true
        }
    }
}

fn lock_with(calls: &Calls, file: &File, busy: impl FnOnce()) {
    if !try_lock_with(calls, file) {
        busy();
        if let Err(error) = (calls.lock)(file) {
            no_locks(&error);
        }
    }
}

/// Says once that there are no locks.
fn no_locks(error: &io::Error) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        crate::note!("this file system has no locks ({error}): do not start the same work twice at once")
    });
}

fn move_with(calls: &Calls, from: &Path, to: &Path) -> io::Result<()> {
    match (calls.rename)(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            fs::copy(from, to)?;
            fs::remove_file(from)
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_locks_one_goes_on() {
        let file = tempfile::tempfile().unwrap();
        // ENOSYS, EOPNOTSUPP and ENOLCK of Linux.
        let calls = [
            Calls { try_lock: |_| Err(TryLockError::Error(io::Error::from_raw_os_error(38))), ..SYSTEM },
            Calls { try_lock: |_| Err(TryLockError::Error(io::Error::from_raw_os_error(95))), ..SYSTEM },
            Calls { try_lock: |_| Err(TryLockError::Error(io::Error::from_raw_os_error(37))), ..SYSTEM },
        ];
        for calls in calls {
            assert!(try_lock_with(&calls, &file));
            lock_with(&calls, &file, || panic!("nobody else"));
        }
        assert!(try_lock_with(&SYSTEM, &file));
        lock_with(&SYSTEM, &file, || panic!("nobody else"));
        let mut waited = false;
        let calls = Calls {
            try_lock: |_| Err(TryLockError::WouldBlock),
            lock: |_| Err(io::Error::from_raw_os_error(37)),
            ..SYSTEM
        };
        assert!(!try_lock_with(&calls, &file));
        lock_with(&calls, &file, || waited = true);
        assert!(waited);
    }

    #[test]
    fn a_move_to_another_disk_copies() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let calls = Calls { rename: |_, _| Err(ErrorKind::CrossesDevices.into()), ..SYSTEM };
        fs::write(&from, "content").unwrap();
        move_with(&calls, &from, &to).unwrap();
        assert!(!from.exists());
        assert_eq!(fs::read_to_string(&to).unwrap(), "content");
        let calls = Calls { rename: |_, _| Err(ErrorKind::PermissionDenied.into()), ..SYSTEM };
        assert!(move_with(&calls, &to, &from).is_err() && to.exists());
    }
}
