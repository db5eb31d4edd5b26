//! What networks read of cases, kept on disk: cutting it out of volumes takes longer than an epoch.
//!
//! A file is the SHA-256 of what it depends on, the SHA-256 of its bytes, then these. One that is damaged
//! or of something else is made again; nobody else reads them.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::TrainingError;
use crate::dataset::{Case, trace};
use crate::export::write_whole;

/// Of a folder.
#[derive(Clone, Debug)]
pub struct InputCache {
    folder: PathBuf,
    place: PathBuf,
    depends_on: String,
}

impl InputCache {
    /// Makes the folder if it is not there.
    /// - `place`: the manifest's folder
    /// - `depends_on`: what the inputs of all cases depend on
    /// - errors: it cannot be made
    pub fn open(folder: &Path, place: &Path, depends_on: String) -> Result<Self, TrainingError> {
        std::fs::create_dir_all(folder).map_err(|source| TrainingError::File {
            file: folder.to_owned(),
            what: "written",
            source,
        })?;
        Ok(Self { folder: folder.to_owned(), place: place.to_owned(), depends_on })
    }

    /// Named by what it depends on: cases of several manifests lie side by side.
    fn file(&self, key: &[u8; 32]) -> PathBuf {
        let name: String = key.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.input"))
    }

    fn key(&self, case: &Case, number: u64) -> [u8; 32] {
        let mut hash = Sha256::new();
        let (point, prior) = (format!("{:?}", case.point), format!("{:?}", case.prior));
        let slices = format!("{:?} {:?}", case.lesion_slices, case.slice_box);
        let series = case.series_uid.as_deref().unwrap_or_default();
        // Files that are replaced by others of the same name are read again.
        let files = trace(&self.place, case);
        let named = [self.depends_on.as_str(), &case.id, &case.image, series];
        for text in named.into_iter().chain([point.as_str(), &prior, &slices, &files]) {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(number.to_le_bytes());
        hash.finalize().into()
    }

    /// The input of a case, where it was kept.
    /// - `number`: of the case in its manifest
    pub fn get(&self, case: &Case, number: u64) -> Option<Vec<u8>> {
        let key = self.key(case, number);
        let bytes = std::fs::read(self.file(&key)).ok()?;
        let rest = bytes.strip_prefix(key.as_slice())?;
        let (sum, input) = rest.split_at_checked(32)?;
        (Sha256::digest(input).as_slice() == sum).then(|| input.to_vec())
    }

    /// Keeps it.
    /// - errors: disk full
    pub fn put(&self, case: &Case, number: u64, input: &[u8]) -> Result<(), TrainingError> {
        let key = self.key(case, number);
        let mut bytes = key.to_vec();
        bytes.extend_from_slice(&Sha256::digest(input));
        bytes.extend_from_slice(input);
        Ok(write_whole(&self.file(&key), &bytes)?)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::dataset::Manifest;

    /// A case in a volume whose voxels lie in a file beside it.
    fn case(folder: &Path) -> Case {
        let row = "manifest_version,case_id,patient_id,image,i,j,k,question,label,spacing_i_mm,spacing_j_mm,\
                   spacing_k_mm\n1,a,p,a.mhd,1,1,1,malignancy,1,1,1,1\n";
        let (manifest, _) = Manifest::from_bytes(row.as_bytes()).expect("a manifest");
        let header = "ObjectType = Image\nNDims = 3\nDimSize = 2 2 2\nOffset = 0 0 0\n\
                      ElementSpacing = 1 1 1\nTransformMatrix = 1 0 0 0 1 0 0 0 1\n\
                      ElementType = MET_SHORT\nElementByteOrderMSB = False\nElementDataFile = a.raw\n";
        fs::write(folder.join("a.mhd"), header).expect("written");
        fs::write(folder.join("a.raw"), [0u8; 16]).expect("written");
        manifest.cases.into_iter().next().expect("one row")
    }

    #[test]
    fn an_input_is_kept_until_its_case_or_a_file_of_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let (place, case) = (folder.path(), case(folder.path()));
        let cache = InputCache::open(&place.join("inputs"), place, "a test".to_owned()).expect("made");
        assert_eq!(cache.get(&case, 0), None);
        cache.put(&case, 0, b"cut").expect("written");
        let kept = |case: &Case| cache.get(case, 0).is_some_and(|input| input == b"cut");
        assert!(kept(&case));
        for other in [
            Case { series_uid: Some("1.2".to_owned()), ..case.clone() },
            Case { lesion_slices: Some([0, 1]), ..case.clone() },
        ] {
            assert!(!kept(&other), "{other:?}");
        }
        // The voxels lie beside the header: of another length, then changed at another time.
        let voxels = place.join("a.raw");
        let changed = fs::metadata(&voxels).and_then(|known| known.modified()).expect("a time");
        let open = || fs::File::options().write(true).open(&voxels);
        let at = |time| open().and_then(|file| file.set_modified(time));
        fs::write(&voxels, [0u8; 18]).expect("written");
        at(changed).expect("set");
        assert!(!kept(&case));
        fs::write(&voxels, [0u8; 16]).expect("written");
        at(changed + std::time::Duration::from_secs(2)).expect("set");
        assert!(!kept(&case));
        at(changed).expect("set");
        assert!(kept(&case));
    }
}
