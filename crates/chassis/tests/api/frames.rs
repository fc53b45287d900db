//! Frames of HTTP/2 as they are written (RFC 9113 §4.1), for what no client or server does that is well made.

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;

/// A frame as it is written.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Reads a frame; its kind is all that matters.
pub async fn read(stream: &mut TcpStream) -> u8 {
    let (high, low) = (stream.read_u8().await.unwrap(), stream.read_u16().await.unwrap());
    let kind = stream.read_u8().await.unwrap();
    let length = usize::from(high) << 16 | usize::from(low);
    // Its flags and its stream.
    stream.read_exact(&mut [0; 5]).await.unwrap();
    stream.read_exact(&mut vec![0; length]).await.unwrap();
    kind
}
