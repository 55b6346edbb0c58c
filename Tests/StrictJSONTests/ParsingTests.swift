import StrictJSON
import Testing

@Suite("Reading JSON, by hand")
struct ParsingTests {
    @Test("reads every kind of value")
    func kinds() throws {
        let text = #" { "a" : [ null , true, false, 1, -2.5, "x" ], "b" : { } , "c":[]}"# + "\r\n\t"
        let expected: JSONValue = ["a": [nil, true, false, 1, -2.5, "x"], "b": [:], "c": []]
        #expect(try JSONValue(parsing: text) == expected)
        #expect(try JSONValue(parsing: Array(text.utf8)) == expected)
        #expect(try JSONValue(parsing: Array(text.utf8).lazy.map { $0 }) == expected)
    }

    @Test("keeps the order of members and finds them by key")
    func order() throws {
        let value = try JSONValue(parsing: #"{"z":1,"a":2,"m":{"n":3}}"#)
        #expect(value.object?.keys == ["z", "a", "m"])
        #expect(value["a"]?.integer == 2)
        #expect(value["m"]?["n"]?.integer == 3)
        #expect(value["missing"] == nil)
        #expect(value["a"]?["b"] == nil)
    }

    @Test(
        "resolves escapes",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u20AC""#, "Aé€"),
            (#""\ud83d\ude00""#, "😀"),
            (#""\udbff\udfff""#, "\u{10FFFF}"),
            (#""a\u0000b""#, "a\u{0}b"),
            ("\"grün 中\u{7F}\"", "grün 中\u{7F}"),
        ])
    func escapes(text: String, expected: String) throws {
        #expect(try Array(#require(JSONValue(parsing: text).string).utf8) == Array(expected.utf8))
    }

    @Test(
        "tells an integer from a number by how it is written",
        arguments: [
            ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("-17", .integer(-17)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("1e2", .number(100)), ("1E+2", .number(100)), ("2.0", .number(2)), ("-0.0", .number(-0.0)),
            ("25e-2", .number(0.25)), ("0e999999999999999999999", .number(0)), ("1e-999", .number(0)),
        ])
    func numbers(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test("makes an integer beyond 64 bits a number, so that no reader takes it for an exact one")
    func largeIntegers() throws {
        let huge = try JSONValue(parsing: "1000000000000000019884624838656")
        #expect(huge == .number(1e30))
        #expect(huge.integer == nil)
        #expect(try JSONValue(parsing: "9223372036854775808") == .number(0x1p63))
        #expect(try JSONValue(parsing: "-9223372036854775809") == .number(-0x1p63))
        #expect(try JSONValue(parsing: "18446744073709551616") == .number(0x1p64))
    }

    @Test("keeps keys apart that differ only by Unicode normalisation")
    func normalisation() throws {
        let value = try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value.object?.count == 2)
        #expect(value["\u{E9}"]?.integer == 1)
        #expect(value["e\u{301}"]?.integer == 2)
    }
}

@Suite("Refusing what is not JSON, by hand")
struct RefusalTests {
    @Test(
        "refuses",
        arguments: [
            "", " ", "nul", "truex", "True", "NaN", "Infinity", "-Infinity", "-", "+1", ".5", "1.", "01", "-01", "1e",
            "1e+",
            "0x10", "1_000", "1 2", "[1,]", "[,1]", "[1 2]", "[1", "[", "]", "{", "}", #"{"a":1,}"#, #"{"a"}"#,
            #"{"a" 1}"#,
            #"{a:1}"#, #"{'a':1}"#, #"{1:1}"#, #"{"a":1 "b":2}"#, #"{"a":1}}"#, "// x\n1", "1 /* x */", "\"", #""\x""#,
            #""\"#,
            #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#, #""\ude00""#,
            #""\ud83d\ud83d""#, "\"a\nb\"", "\"a\tb\"", "\"\u{0}\"", "1e999", "-1e999", "\u{FEFF}1", "[1]\u{0}",
            "\u{A0}1",
            "\u{2028}1", String(repeating: "9", count: 400),
        ])
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        "refuses bytes that are not UTF-8, at their place",
        arguments: [
            ([0x22, 0xFF, 0x22], 1), ([0x22, 0xC0, 0x80, 0x22], 1), ([0x22, 0xE0, 0x80, 0x80, 0x22], 1),
            ([0x22, 0xED, 0xA0, 0x80, 0x22], 1), ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
            ([0x22, 0x41, 0xE2, 0x82], 2),
            ([0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], 1), ([0x22, 0xE2, 0x28, 0xA1, 0x22], 1),
            ([0xFF, 0xFE, 0x31, 0x00], 0),
        ] as [([UInt8], Int)])
    func encoding(bytes: [UInt8], offset: Int) throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        #expect(error.offset == offset)
        #expect(error.reason == "not valid UTF-8")
    }

    @Test("refuses a key that occurs twice, also when one is written with escapes", arguments: [2, 9, 300])
    func duplicates(count: Int) throws {
        let others = (1..<count).map { "\"k\($0)\":0," }.joined()
        for first in [#""twice""#, #""\u0074wice""#] {
            let error = try #require(throws: JSONError.self) {
                try JSONValue(parsing: "{\(first):1,\(others)\n\"twice\":2}")
            }
            #expect(error.reason == #"the key "twice" occurs twice"#)
            #expect(error.line == 2 && error.column == 1)
        }
    }

    @Test(
        "says where and what",
        arguments: [
            ("[1,\n  grün]", "line 2, column 3 (byte 6): expected a value, found 'g'"),
            ("[\"é\" 1]", "line 1, column 6 (byte 6): expected ',' or ']', found '1'"),
            ("[\u{202E}]", #"line 1, column 2 (byte 1): expected a value, found "\u{202E}""#),
            ("{\"a\":", "line 1, column 6 (byte 5): expected a value, found the end"),
            ("[07]", "line 1, column 2 (byte 1): a number may not begin with 0 and another digit"),
        ])
    func sentences(text: String, expected: String) throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error.description == expected)
    }
}

@Suite("Limits on JSON, by hand")
struct LimitTests {
    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test("allows 64 levels and refuses 65")
    func depth() throws {
        _ = try JSONValue(parsing: nested(64))
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(65)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[{\"a\":", count: 100_000)) }
    }

    @Test("counts values and bytes up to the limit")
    func counts() throws {
        let limits = JSONLimits(maximumBytes: 7, maximumNodes: 4)
        _ = try JSONValue(parsing: "[1,2,3]", limits: limits)
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,2,3] ", limits: limits) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,2,3]", limits: JSONLimits(maximumNodes: 3)) }
    }
}
