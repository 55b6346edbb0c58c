import StrictJSON
import Testing

@Suite("Writing JSON, by hand")
struct WritingTests {
    private let value: JSONValue = ["b": [1, 2.5, "x"], "a": [:], "é": nil, "Z": []]

    @Test("writes on one line, or one item a line")
    func layouts() {
        #expect(value.serialized() == #"{"b":[1,2.5,"x"],"a":{},"é":null,"Z":[]}"#)
        #expect(value.serialized(sortedKeys: true) == #"{"Z":[],"a":{},"b":[1,2.5,"x"],"é":null}"#)
        #expect(
            value.serialized(pretty: true) == """
                {
                  "b": [
                    1,
                    2.5,
                    "x"
                  ],
                  "a": {},
                  "é": null,
                  "Z": []
                }
                """)
    }

    @Test("escapes what must be escaped, and nothing else")
    func escapes() {
        let text = JSONValue.string("\"\\/\u{8}\u{C}\n\r\t\u{1}\u{1F}\u{7F}é😀")
        #expect(text.serialized() == #""\"\\/\b\f\n\r\t\u0001\u001f"# + "\u{7F}é😀\"")
    }

    @Test("writes numbers so that their kind and value come back")
    func numbers() {
        #expect(
            JSONValue.array([1, 1.0, -0.0, 1e300, 0.1, .number(.leastNonzeroMagnitude)]).serialized()
                == "[1,1.0,-0.0,1e+300,0.1,5e-324]")
    }

    @Test("names what is not finite")
    func nonFinite() {
        let value: JSONValue = [.number(.nan), .number(.infinity), .number(-.infinity)]
        #expect(value.serialized() == #"["NaN","Infinity","-Infinity"]"#)
    }
}

@Suite("Objects, by hand")
struct ObjectTests {
    @Test("sets, replaces and removes members", arguments: [3, 50])
    func mutation(count: Int) {
        var object = JSONObject()
        for number in 0..<count { object["k\(number)"] = .integer(Int64(number)) }
        object["k1"] = "new"
        object["k0"] = nil
        object["never"] = nil
        #expect(object.count == count - 1)
        #expect(object.keys.first == "k1")
        #expect(object["k1"] == "new")
        #expect(object["k0"] == nil)
        #expect(object["k\(count - 1)"]?.integer == count - 1)
    }

    @Test("are equal only with the same members in the same order")
    func equality() {
        #expect(JSONObject([("a", 1), ("b", 2)]) == ["a": 1, "b": 2])
        #expect(JSONObject([("a", 1), ("b", 2)]) != ["b": 2, "a": 1])
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONValue.integer(1) != .number(1))
    }
}
