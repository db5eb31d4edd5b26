//! Voxels that are stored as they are, so that any slice can be read by itself, on any core.

use std::cell::Cell;
use std::io::BufReader;
use std::rc::Rc;

use super::data::{Members, length_of, pair_names, skip_of};
use super::fault::{Fault, Stopped};
use super::filling::Numbers;
use super::voxels::{Layout, numbers};
use super::{Opened, header_of, metaimage, nifti, nrrd};
use crate::ingest::source::{Counted, Source, Tape};
use crate::ingest::unpack::Packing;

/// Where each slice is.
#[derive(Debug)]
pub(in crate::ingest) struct Placed {
    layout: Layout,
    /// Files, and the byte at which the first voxel of each stands.
    parts: Vec<(Source, u64)>,
    /// Slices in each of them.
    each: usize,
}

/// Where a header says that the voxels are.
enum Place {
    /// Behind it: so many bytes from the start of the file, or at its end.
    Here(Option<u64>),
    /// In these files, behind so many bytes, or at their ends.
    Beside(Vec<String>, Option<u64>),
}

impl Placed {
    /// - returns: `None` where slices must be read in their order (packed, text, odd parts), and where something is
    ///   wrong, which reading them in order says
    pub(in crate::ingest) fn of(source: &Source, members: Option<&Members>) -> Option<Self> {
        let (layout, place) = source.read(|tape| look(tape, source)).ok()??;
        let depth = layout.grid.size()[2];
        let (files, skip) = match place {
            Place::Here(skip) => (vec![source.clone()], skip),
            Place::Beside(names, skip) => (named(source, members, &names)?, skip),
        };
        let each = depth.checked_div(files.len()).filter(|each| each.saturating_mul(files.len()) == depth)?;
        let needed = each as u64 * layout.slice_bytes() as u64;
        // A packed member is unpacked from its start for every slice that is taken out of it.
        let at_hand = |file: &Source| each == 1 || file.has_places();
        let parts = files.into_iter().filter(at_hand).map(|file| {
            let length = length_of(&file, "").ok()?;
            Some((file, skip_of("", length, skip, Some(needed)).ok()?))
        });
        let parts: Vec<(Source, u64)> = parts.collect::<Option<_>>()?;
        (parts.len().saturating_mul(each) == depth).then_some(Self { layout, parts, each })
    }

    /// Slice `k`.
    /// - errors: the file was cut off, or is gone
    pub(in crate::ingest) fn slice(&self, k: usize) -> Result<Numbers, Stopped> {
        let missing = || Fault::Words(format!("has no slice {}", k.saturating_add(1)));
        let part = self.parts.get(k.checked_div(self.each).unwrap_or(0));
        let (source, start) = part.ok_or_else(missing)?;
        let bytes = self.layout.slice_bytes() as u64;
        let at = start.saturating_add(bytes.saturating_mul(k.checked_rem(self.each).unwrap_or(0) as u64));
        let stored = source.read_checked(|tape| {
            tape.go_to(at)?;
            tape.take_bytes(bytes)
        })?;
        Ok(numbers(&self.layout, &stored))
    }
}

fn look(tape: &mut Tape<'_>, source: &Source) -> Result<Option<(Layout, Place)>, Fault> {
    if Packing::of(&tape.peek::<{ Packing::HEAD }>()?).is_some() {
        return Ok(None);
    }
    let count = Rc::new(Cell::new(0));
    let mut counted = Counted { source: BufReader::new(tape), count: Rc::clone(&count) };
    let behind = |skip: u64| Place::Here(Some(count.get().saturating_add(skip)));
    Ok(match header_of(&mut counted)? {
        Opened::Nifti(layout, nifti::Data::Here(_)) => Some((layout, behind(0))),
        Opened::Nifti(layout, nifti::Data::Pair(skip)) => {
            Some((layout, Place::Beside(pair_names(source.path()), Some(skip))))
        }
        Opened::MetaImage(header, _) if header.packed || header.text => None,
        Opened::MetaImage(header, _) => Some((
            header.layout,
            match header.data {
                metaimage::Data::Here => behind(0),
                metaimage::Data::Beside { files, skip } => Place::Beside(files, skip),
            },
        )),
        Opened::Nrrd(header, _) if header.encoding != nrrd::Encoding::Raw || header.lines > 0 => None,
        Opened::Nrrd(header, _) => Some((
            header.layout,
            match (header.data, header.skip) {
                (metaimage::Data::Here, Some(skip)) => behind(skip),
                (metaimage::Data::Here, None) => Place::Here(None),
                (metaimage::Data::Beside { files, .. }, skip) => Place::Beside(files, skip),
            },
        )),
    })
}

/// The files of these names; of a pair, whose other half may have several names, the first one that is there.
fn named(source: &Source, members: Option<&Members>, names: &[String]) -> Option<Vec<Source>> {
    match members {
        Some(Members::One(data)) => Some(vec![data.clone()]),
        Some(Members::Several(all)) => {
            let one = |name: &String| all.iter().find(|(n, _)| n == name).map(|(_, source)| source.clone());
            names.iter().map(one).collect()
        }
        None if source.is_a_file() => {
            let folder = source.path().parent()?;
            if *names == pair_names(source.path()) {
                let there = names.iter().map(|name| folder.join(name)).find(|path| path.is_file())?;
                let plain = there.extension().is_some_and(|end| end.eq_ignore_ascii_case("img"));
                return plain.then(|| vec![Source::disk(&there)]);
            }
            Some(names.iter().map(|name| Source::disk(&folder.join(name))).collect())
        }
        None => None,
    }
}
