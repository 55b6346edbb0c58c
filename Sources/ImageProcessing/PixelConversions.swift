// Colour arithmetic on single pixels, in Pillow's integer formulas so that results agree to the bit.

/// `value / 255` rounded to the nearest integer, for 0 ≤ `value` ≤ 255 · 255.
@inline(__always)
func dividedBy255(_ value: Int32) -> Int32 {
    let shifted = value &+ 128
    return ((shifted &>> 8) &+ shifted) &>> 8
}

/// One channel of `top` with coverage `alpha` over an opaque `bottom`, 0…255.
@inline(__always)
func blended(_ top: UInt8, over bottom: UInt8, alpha: UInt8) -> UInt8 {
    let sum = Int32(top) &* Int32(alpha) &+ Int32(bottom) &* (255 &- Int32(alpha))
    return UInt8(truncatingIfNeeded: dividedBy255(sum))
}

extension Raster {
    /// RGBA → RGB, laid on white.
    func compositedOnWhite() -> Raster {
        mapPixels(to: 3) { source, target in
            for channel in 0..<3 { target[channel] = blended(source[channel], over: 255, alpha: source[3]) }
        }
    }

    /// RGB → RGBA, opaque.
    func withOpaqueAlpha() -> Raster {
        mapPixels(to: 4) { source, target in
            for channel in 0..<3 { target[channel] = source[channel] }
            target[3] = 255
        }
    }

    /// CMYK → RGB. The samples are taken as inverted (0 is full ink), as Adobe's programs write them and Pillow reads them.
    func convertedFromInvertedCMYK() -> Raster {
        mapPixels(to: 3) { source, target in
            let light = Int32(source[3])
            for channel in 0..<3 {
                let ink = 255 &- Int32(source[channel])
                target[channel] = UInt8(clamping: light &- dividedBy255(ink &* light))
            }
        }
    }

    /// Colours times alpha, rounded.
    func premultiplied() -> Raster {
        mapPixels(to: 4) { source, target in
            let alpha = Int32(source[3])
            for channel in 0..<3 {
                target[channel] = UInt8(truncatingIfNeeded: dividedBy255(Int32(source[channel]) &* alpha))
            }
            target[3] = source[3]
        }
    }

    /// Premultiplied colours divided by alpha, rounded down; unchanged where alpha is 0 or 255.
    func unpremultiplied() -> Raster {
        mapPixels(to: 4) { source, target in
            let alpha = Int32(source[3])
            for channel in 0..<3 {
                let value = Int32(source[channel])
                target[channel] = alpha == 0 || alpha == 255 ? source[channel] : UInt8(clamping: 255 &* value / alpha)
            }
            target[3] = source[3]
        }
    }
}
