import StrictJSON
import Testing

@testable import ImageProcessing

@Suite("Resampling")
struct ResamplingTests {
    @Test("equals Pillow in every bit")
    func golden() throws {
        for golden in try Goldens.list("resizes") {
            let (from, to) = try (golden.size("from"), golden.size("to"))
            let filter = try #require(filters[golden.text("filter")])
            let pixels = try picture(from.width, from.height).resized(
                width: to.width, height: to.height, filter: filter
            ).pixels
            if golden["fnv1a"] != nil {
                #expect(try fnv1a(pixels) == golden.text("fnv1a"), "\(from) to \(to) by \(filter)")
            } else {
                #expect(try pixels == golden.bytes("pixels"), "\(from) to \(to) by \(filter)")
            }
        }
    }

    @Test("weights colours by alpha, as Pillow in every bit")
    func goldenWithAlpha() throws {
        for golden in try Goldens.list("rgbaResizes") {
            let (from, to) = try (golden.size("from"), golden.size("to"))
            let bytes = pictureBytes(from.width, from.height, channels: 4)
            let image = try RGBAImage(width: from.width, height: from.height, pixels: bytes)
            #expect(try image.resized(width: to.width, height: to.height).pixels == golden.bytes("pixels"), "to \(to)")
        }
    }

    @Test("halves a row by hand")
    func byHand() throws {
        // Triangle of support 2 at centre 1: distances ½, ½, 1½ have weights 3, 3, 1 sevenths; clipped at the left edge.
        let row = Raster(width: 4, height: 1, channels: 1, pixels: [70, 0, 0, 70])
        #expect(row.resized(width: 2, height: 1, filter: .bilinear).pixels == [30, 30])
    }

    @Test("leaves the same size and plain colours as they are", arguments: ResamplingFilter.allCases)
    func laws(filter: ResamplingFilter) throws {
        let image = try picture(9, 7)
        #expect(image.resized(width: 9, height: 7, filter: filter) == image)
        let plain = Raster.filled(width: 13, height: 11, with: [3, 128, 255])
        #expect(
            plain.resized(width: 29, height: 5, filter: filter)
                == Raster.filled(width: 29, height: 5, with: [3, 128, 255]))
    }

    @Test("makes a part as it is in the whole", arguments: [(20, 30), (50, 61), (37, 12), (15, 29)])
    func part(width: Int, height: Int) throws {
        let raster = try picture(37, 29).raster
        let whole = raster.resized(width: width, height: height, filter: .bicubic)
        let part = raster.resized(width: width, height: height, filter: .bicubic, columns: 3..<11, rows: 5..<9)
        #expect(part == whole.cropped(columns: 3..<11, rows: 5..<9))
    }

    private let filters: [String: ResamplingFilter] = ["lanczos": .lanczos, "bilinear": .bilinear, "bicubic": .bicubic]
}

@Suite("Centre crop")
struct CenterCropTests {
    @Test("keeps the middle, with the odd pixel left over on the right and below")
    func smaller() throws {
        let image = try picture(7, 6)
        let middle = image.raster.cropped(columns: 1..<5, rows: 1..<4)
        #expect(image.centerCropped(width: 4, height: 3).raster == middle)
    }

    @Test("fills up with black, the odd margin on the left and above")
    func larger() throws {
        let image = try Image(width: 1, height: 1, pixels: [7, 8, 9])
        #expect(image.centerCropped(width: 2, height: 2).pixels == [0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9])
        #expect(image.centerCropped(width: 3, height: 1).pixels == [0, 0, 0, 7, 8, 9, 0, 0, 0])
    }

    @Test("does nothing at the same size")
    func same() throws {
        #expect(try picture(5, 4).centerCropped(width: 5, height: 4) == picture(5, 4))
    }
}
