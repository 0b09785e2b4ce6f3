//! Pictures of labels: what their barcodes and QR codes carry. Letters in a picture are not read.
//!
//! Sizes are bounded before a picture is unpacked.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};
use rxing::{BarcodeFormat, DecodeHints};

/// The largest side of a picture.
const MAX_SIDE: u32 = 10_000;
/// The most memory that unpacking one may take.
const MAX_ALLOC_BYTES: u64 = 128 * 1024 * 1024;
/// The longer side at which codes are looked for: more only takes time.
const WORKING_SIDE: usize = 1600;
/// The most codes of a picture.
const MAX_CODES: usize = 20;

/// A picture as levels of grey.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    luma: Vec<u8>,
    width: usize,
    height: usize,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}

/// A code that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Two-dimensional: QR or Data Matrix.
    pub matrix: bool,
    /// What it carries.
    pub text: String,
}

/// Why a picture is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No PNG or JPEG, or broken.
    #[error("no readable PNG or JPEG")]
    Broken,
    /// Larger than is read.
    #[error("the picture is too large")]
    TooLarge,
}

/// Is it the beginning of a PNG or JPEG file?
pub fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(b"\xff\xd8\xff")
}

impl Picture {
    /// Unpacks a PNG or JPEG file.
    ///
    /// # Errors
    /// Where it is none, is broken, or too large.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let format = if bytes.starts_with(b"\xff\xd8") {
            ImageFormat::Jpeg
        } else {
            ImageFormat::Png
        };
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_ALLOC_BYTES);
        reader.limits(limits);
        let decoded = reader.decode().map_err(|e| match e {
            image::ImageError::Limits(_) => Error::TooLarge,
            image::ImageError::Decoding(_)
            | image::ImageError::Encoding(_)
            | image::ImageError::Parameter(_)
            | image::ImageError::Unsupported(_)
            | image::ImageError::IoError(_) => Error::Broken,
        })?;
        let (width, height) = (decoded.width() as usize, decoded.height() as usize);
        // What is transparent is paper.
        let luma = decoded
            .into_luma_alpha8()
            .pixels()
            .map(|p| {
                let [level, alpha] = p.0.map(u32::from);
                u8::try_from((level * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
            })
            .collect();
        Self::of_luma(luma, width, height).ok_or(Error::Broken)
    }

    /// Levels of grey, row by row; `None` where there are not as many as the sides say.
    pub fn of_luma(luma: Vec<u8>, width: usize, height: usize) -> Option<Self> {
        let fits = width.checked_mul(height) == Some(luma.len());
        (fits && !luma.is_empty()).then_some(Self {
            luma,
            width,
            height,
        })
    }

    /// Width and height.
    pub fn sides(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// The shorter side.
    pub fn short_side(&self) -> usize {
        self.width.min(self.height)
    }

    /// The codes in it: first at a working size, then, where none was found, as it is.
    pub fn codes(&self) -> Vec<Code> {
        let step = self.width.max(self.height).div_ceil(WORKING_SIDE).max(1);
        let found = self.shrunk(step).find();
        if !found.is_empty() || step == 1 {
            return found;
        }
        self.find()
    }

    /// Every `step` × `step` points as one, their mean.
    fn shrunk(&self, step: usize) -> Self {
        if step <= 1 {
            return self.clone();
        }
        let (width, height) = (self.width / step, self.height / step);
        let mut luma = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let rows = (y * step..(y + 1) * step).map(|row| row * self.width + x * step);
                let points = rows.flat_map(|at| self.luma.get(at..at + step).unwrap_or_default());
                let (sum, count) =
                    points.fold((0_u32, 0_u32), |(sum, n), p| (sum + u32::from(*p), n + 1));
                luma.push(u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX));
            }
        }
        Self {
            luma,
            width,
            height,
        }
    }

    fn find(&self) -> Vec<Code> {
        let (Ok(width), Ok(height)) = (u32::try_from(self.width), u32::try_from(self.height))
        else {
            return Vec::new();
        };
        let mut hints = DecodeHints::default();
        let found = rxing::helpers::detect_multiple_in_luma_with_hints(
            self.luma.clone(),
            width,
            height,
            &mut hints,
        );
        let mut codes: Vec<Code> = found
            .unwrap_or_default()
            .iter()
            .take(MAX_CODES)
            .map(|code| Code {
                matrix: matches!(
                    code.getBarcodeFormat(),
                    BarcodeFormat::QR_CODE
                        | BarcodeFormat::MICRO_QR_CODE
                        | BarcodeFormat::DATA_MATRIX
                ),
                text: code.getText().to_owned(),
            })
            .collect();
        codes.sort_by(|a, b| (a.matrix, &a.text).cmp(&(b.matrix, &b.text)));
        codes.dedup();
        codes
    }
}
