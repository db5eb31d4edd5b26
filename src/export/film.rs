//! Frames one after the other, as an animated GIF or as numbered PNGs.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use gif::{Encoder, Frame, Repeat};

use super::atomic::{WriteError, write_whole_with};
use super::png::write_png;

/// Frames in a second: a GIF counts hundredths of a second, and viewers play less than two of them slowly.
pub const FILM_PACES: [f64; 2] = [1.0, 50.0];
/// How much is looked at to choose colours: 1 all of a frame, 30 a thirtieth. A frame with up to 256 colours keeps
/// every one of them.
const COLOUR_EFFORT: i32 = 10;

/// A film to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    /// A name that ends in `.gif`; in `.png` for a picture of each frame, numbered from 1 before the ending.
    pub path: PathBuf,
    /// Width and height of every frame.
    pub size_px: [u32; 2],
    /// Frames in a second; of numbered pictures nothing.
    pub per_second: f64,
}

impl Film {
    /// Writes the frames that `next` gives, RGBA8 row by row, until it gives none.
    ///
    /// # Errors
    /// Outer: why `next` has stopped; what was written is taken away again. Inner: a name of another ending, a file
    /// that cannot be written, a size that a GIF cannot have.
    pub fn write<E>(
        &self,
        mut next: impl FnMut() -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Result<(), WriteError>, E> {
        let ends = |ending: &str| self.path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
        if ends("png") {
            return self.pictures(next);
        }
        if !ends("gif") {
            let why = "a film is written as .gif, or as numbered .png: the name must end so";
            return Ok(Err(self.error(io::Error::new(io::ErrorKind::InvalidInput, why))));
        }
        let mut stopped = None;
        let written = write_whole_with(&self.path, |partial| {
            let file = BufWriter::new(std::fs::File::create(partial)?);
            self.animated(file, || match next() {
                Ok(frame) => Ok(frame),
                Err(why) => {
                    stopped = Some(why);
                    Err(io::Error::other("stopped"))
                }
            })
        });
        stopped.map_or(Ok(written), Err)
    }

    fn error(&self, source: io::Error) -> WriteError {
        WriteError::new(&self.path, source)
    }

    fn animated(
        &self,
        to: impl Write,
        mut next: impl FnMut() -> io::Result<Option<Vec<u8>>>,
    ) -> io::Result<()> {
        let [width, height] = self.size_px;
        let side =
            |n: u32| u16::try_from(n).map_err(|_| io::Error::other("a GIF has up to 65535 pixels a side"));
        let (wide, high) = (side(width)?, side(height)?);
        let mut gif = Encoder::new(to, wide, high, &[]).map_err(io::Error::other)?;
        gif.set_repeat(Repeat::Infinite).map_err(io::Error::other)?;
        let [least, most] = FILM_PACES;
        let delay = (100.0 / self.per_second.clamp(least, most)).round() as u16;
        while let Some(mut rgba) = next()? {
            if rgba.len() as u64 != u64::from(width) * u64::from(height) * 4 {
                return Err(io::Error::other("a frame has not all pixels"));
            }
            let mut frame = Frame::from_rgba_speed(wide, high, &mut rgba, COLOUR_EFFORT);
            frame.delay = delay;
            gif.write_frame(&frame).map_err(io::Error::other)?;
        }
        gif.into_inner().map_err(io::Error::other)?.flush()
    }

    fn pictures<E>(
        &self,
        mut next: impl FnMut() -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Result<(), WriteError>, E> {
        let mut written: Vec<PathBuf> = Vec::new();
        let away = |written: &[PathBuf]| {
            for path in written {
                let _ = std::fs::remove_file(path);
            }
        };
        loop {
            let frame = match next() {
                Ok(Some(frame)) => frame,
                Ok(None) => return Ok(Ok(())),
                Err(why) => {
                    away(&written);
                    return Err(why);
                }
            };
            let path = numbered(&self.path, written.len() + 1);
            // A picture of this name is another film's, or somebody's own.
            if path.exists() {
                away(&written);
                let why = "there is a picture of this name; choose another name";
                return Ok(Err(WriteError::new(&path, io::Error::new(io::ErrorKind::AlreadyExists, why))));
            }
            if let Err(error) = write_png(&path, &frame, self.size_px) {
                away(&written);
                return Ok(Err(error));
            }
            written.push(path);
        }
    }
}

/// `name-0001.png` beside `name.png`.
fn numbered(path: &Path, n: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{n:04}.png"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of one colour with another pixel in its middle.
    fn frame(n: u8) -> Vec<u8> {
        let mut rgba = [n, 2 * n, 7, 255].repeat(5 * 3);
        rgba[28..32].copy_from_slice(&[255, 0, n, 255]);
        rgba
    }

    fn film(path: &Path) -> Film {
        Film { path: path.to_owned(), size_px: [5, 3], per_second: 20.0 }
    }

    fn some(count: u8) -> impl FnMut() -> Result<Option<Vec<u8>>, ()> {
        let mut n = 0;
        move || {
            n += 1;
            Ok((n <= count).then(|| frame(n)))
        }
    }

    #[test]
    fn frames_come_back_from_a_gif_as_they_were() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.gif");
        film(&path).write(some(4)).expect("not stopped").expect("written");
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut read = options.read_info(std::fs::File::open(&path).expect("there")).expect("a GIF");
        for n in 1..=4 {
            let found = read.read_next_frame().expect("read").expect("a frame");
            assert_eq!((found.delay, found.buffer.as_ref()), (5, frame(n).as_slice()));
        }
        assert!(read.read_next_frame().expect("read").is_none());
    }

    #[test]
    fn pictures_are_numbered_and_what_is_stopped_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.png");
        film(&path).write(some(3)).expect("not stopped").expect("written");
        assert!(folder.path().join("a-0003.png").exists() && !path.exists());
        for name in ["b.png", "b.gif"] {
            let mut n = 0;
            let stopped = film(&folder.path().join(name)).write(|| {
                n += 1;
                if n > 2 { Err("cancelled") } else { Ok(Some(frame(n))) }
            });
            assert!(matches!(stopped, Err("cancelled")));
        }
        let left = std::fs::read_dir(folder.path()).expect("read").count();
        assert_eq!(left, 3, "the three of the first film");
        // Those of a film before are neither replaced nor taken away.
        let before = std::fs::read(folder.path().join("a-0002.png")).expect("there");
        std::fs::remove_file(folder.path().join("a-0001.png")).expect("removed");
        let refused = film(&path).write(some(3)).expect("not stopped").expect_err("taken").to_string();
        assert!(refused.contains("a-0002.png") && refused.contains("choose another name"), "{refused}");
        assert!(!folder.path().join("a-0001.png").exists());
        assert_eq!(std::fs::read(folder.path().join("a-0002.png")).expect("there"), before);
        assert!(film(&folder.path().join("c.mp4")).write(some(1)).expect("not stopped").is_err());
    }
}
