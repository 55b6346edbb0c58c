import DurableFiles
import Foundation
import Testing
import Torch

/// What lies in the file system is not always a file, and does not always stay as it is.
@Suite("A safetensors path")
struct SafetensorsFileSystemTests {
    init() { Engine.threadCount = 1 }

    @Test("whose file becomes shorter gives an error, not the end")
    func shortened() throws {
        try withTemporaryFile { url in
            try Safetensors.write([("a", Tensor.ones([1000])), ("b", Tensor.ones([1000]))], to: url)
            let file = try SafetensorsFile(url)
            let handle = try FileHandle(forWritingTo: url)
            try handle.truncate(atOffset: 4200)
            #expect(try file.tensor("a").sum().item() == 1000)
            let error = try #require(throws: SafetensorsError.self) { try file.tensor("b") }
            #expect(error.place == #"tensor "b""#)
            #expect(error.reason.contains("has become shorter"))
            try handle.truncate(atOffset: 0)
            #expect(throws: SafetensorsError.self) { try file.tensor("a") }
        }
    }

    @Test("that is missing, a folder, a device or a pipe is refused at once")
    func notFiles() throws {
        try withTemporaryFolder { folder in
            let missing = folder.appending(path: "missing.safetensors")
            let error = try #require(throws: FileError.self) { try SafetensorsFile(missing) }
            #expect(error.isMissing)
            #expect(throws: FileError.self) { try SafetensorsFile(folder) }
            #expect(throws: FileError.self) { try SafetensorsFile(URL(filePath: "/dev/zero")) }
            let pipe = folder.appending(path: "pipe.safetensors")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            #expect(throws: FileError.self) { try SafetensorsFile(pipe) }
        }
    }

    @Test("may be a symbolic link to a file")
    func link() throws {
        try withTemporaryFolder { folder in
            let (file, link) = (folder.appending(path: "blob"), folder.appending(path: "x.safetensors"))
            try Safetensors.write([("a", vector(1))], to: file)
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
            #expect(try SafetensorsFile(link).tensor("a").item() == 1)
        }
    }

    @Test("of pickled weights is refused with the way to convert them", arguments: [
        "pytorch_model.bin", "model.pt", "model.PTH", "model.ckpt", "zip.safetensors", "old.safetensors",
    ])
    func pickles(name: String) throws {
        // The beginnings of torch.save's zip files and of plain pickles (protocol 2).
        let bytes: [UInt8] = name.hasPrefix("old") ? [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46] : [0x50, 0x4B, 3, 4, 0, 0, 8, 8]
        try withFile(bytes + [UInt8](repeating: 0, count: 100), name) { url in
            let error = try #require(throws: SafetensorsError.self) { try SafetensorsFile(url) }
            #expect(error.reason.contains("safetensors.torch.save_file(torch.load(path, weights_only=True)"))
        }
    }

    @Test("that cannot be written to gives an error and leaves nothing behind")
    func unwritable() throws {
        try withTemporaryFolder { folder in
            #expect(throws: FileError.self) {
                try Safetensors.write([("a", vector(1))], to: folder.appending(path: "missing/x.safetensors"))
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }
}
