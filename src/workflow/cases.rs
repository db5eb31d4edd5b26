//! Own cases from a file that `triscope embed` wrote.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::cases::{CaseSet, KnownCases, KnownCasesError};

/// No file of cases is as large: of the widest network twenty thousand cases take half of it.
const LARGEST: u64 = 512 << 20;

/// Why no cases were read, in the words that the user reads.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// The file cannot be opened.
    #[error("the file {name} cannot be read ({why})")]
    Unreadable {
        /// File name.
        name: String,
        /// The system's words.
        why: std::io::Error,
    },
    /// Too much for a list of cases.
    #[error(
        "the file {name} is larger than a list of cases can be; `triscope embed --out cases.safetensors` writes one"
    )]
    TooLarge {
        /// File name.
        name: String,
    },
    /// Another kind of file.
    #[error(transparent)]
    Cases(#[from] KnownCasesError),
}

/// Reads a file of cases, and works their map out.
/// - errors: unreadable, too large, another kind of file, damaged
pub fn read(file: &Path) -> Result<CaseSet, CasesError> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let unreadable = |why| CasesError::Unreadable { name: name.clone(), why };
    let mut bytes = Vec::new();
    File::open(file).and_then(|f| f.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(CasesError::TooLarge { name });
    }
    Ok(CaseSet::new(KnownCases::from_bytes(&name, &bytes)?))
}
