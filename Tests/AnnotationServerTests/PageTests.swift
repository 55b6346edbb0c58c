import Annotation
import Foundation
import NIOHTTP1
import PreferenceData
import StrictJSON
import TestPeers
import Testing

@testable import AnnotationServer

@Suite("Pages")
struct PageTests {
    @Test("hold nothing from outside as markup")
    func escaping() async throws {
        let evil = "</p><script>1</script>\"' onload=x &"
        let html: HTML = "<p title=\"\(evil)\">\(evil)</p>"
        #expect(!html.text.contains("<script") && !html.text.contains("\"' on") && html.text.contains("&lt;/p&gt;&lt;script&gt;"))
        try await Rig.run { rig in
            let own = try await rig.next(as: "annotator")
            let page = try await rig.get("/assignments/\(own)", as: "annotator").text
            #expect(page.contains("What is &lt;b&gt;this&lt;/b&gt; &amp;") && !page.contains("<b>this"))
        }
    }

    @Test("tell an annotator nothing of sources, others' answers, or what was said before")
    func blindness() async throws {
        try await Rig.run(items: 1) { rig in
            let own = try await rig.next(as: "annotator")
            var label = try #require(Rig.label.object)
            label["note"] = "seen by the first"
            #expect(try await rig.postJSON("/assignments/\(own)/label", Rig.body(label: .object(label)), as: "annotator").status == 200)
            let others = try await rig.next(as: "colleague")
            #expect(others != own)
            for path in ["/assignments/\(others)", "/projects/\(rig.project.id)", "/projects/\(rig.project.id)/history", "/"] {
                let page = try await rig.get(path, as: "colleague").text
                for secret in ["model-a", "seen by the first", rig.people["annotator"]?.user.alias ?? "?"] {
                    #expect(!page.contains(secret), "\(secret) on \(path)")
                }
            }
            #expect(try await rig.get("/assignments/\(own)", as: "annotator").text.contains("seen by the first"))
        }
    }

    @Test("save once however often they are asked, answer a stale form with both versions, and keep all versions")
    func saving() async throws {
        try await Rig.run { rig in
            let path = "/assignments/\(try await rig.next(as: "annotator"))/label"
            let first = Rig.body(id: "client-id-1")
            for _ in 0..<3 { #expect(try await rig.postJSON(path, first, as: "annotator").json["saved"] == 1) }
            var changed = try #require(Rig.label.object)
            changed["note"] = "from another tab"
            let stale = try await rig.postJSON(path, Rig.body(id: "client-id-2", label: .object(changed)), as: "annotator")
            #expect(stale.status == 409 && stale.json["conflict"]?["version"] == 1)
            let names = SideNames.shown(isSwapped: false)
            #expect(try PairLabel(stale.json["conflict"]?["label"] ?? .null, names) == PairLabel(Rig.label, names))
            #expect(try await rig.postJSON(path, Rig.body(1, label: .object(changed)), as: "annotator").json["saved"] == 2)
            #expect(try await rig.get(String(path.dropLast(6)), as: "annotator").text.contains("Your versions (2)"))
            changed["harmless_rate_left"] = 9
            let wrong = try await rig.postJSON(path, Rig.body(2, label: .object(changed)), as: "annotator")
            #expect(wrong.status == 422 && wrong.json["error"] == "harmless_rate_left: expected -3 … 3, found 9")
        }
    }

    /// Two people, two items. Of the preferences 1, 1 and 2, 1 one pair of two is equal: with values 1 1 1 2 the expected
    /// disagreement is 3·1·2/(4·3) = 1/2 and the observed one 1/2, so α = 0. The severities are equal on both items, and there
    /// are two values, so α = 1.
    @Test("show reviewers how far the answers agree, corrected for chance, by question and category")
    func agreement() async throws {
        try await Rig.run(items: 2) { rig in
            let path = "/projects/\(rig.project.id)/agreement"
            #expect(try await rig.get(path, as: "reviewer").text.contains("Nobody has answered yet."))
            let items = try await rig.store.labels(of: rig.project).items.map(\.item.id)
            for name in ["annotator", "colleague"] {
                for _ in items {
                    let own = try await rig.next(as: name)
                    let user = try #require(rig.people[name]).user
                    let assignment = try await rig.store.assignment(own, of: user)
                    let (isFirst, first) = (assignment.item.id == items.first, assignment.isSwapped ? "right" : "left")
                    var label = try #require(Rig.label.object)
                    label["helpful_preference"] = .string(isFirst && name == "colleague" ? (first == "left" ? "right" : "left") : first)
                    label["image_severity"] = isFirst ? 1 : 3
                    #expect(try await rig.postJSON("/assignments/\(own)/label", Rig.body(label: .object(label)), as: name).status == 200)
                }
            }
            let page = try await rig.get(path, as: "reviewer").text
            func cells(_ question: String) -> String { page.components(separatedBy: ">\(question)</th>").dropFirst().first.map { String($0.prefix(150)) } ?? "" }
            #expect(cells("helpful_preference").contains("<td>2 of 2</td><td>4</td>"))
            #expect(cells("helpful_preference").contains("50 %") && cells("helpful_preference").contains("0.00 ("))
            #expect(cells("image_severity").contains("100 %") && cells("image_severity").contains("1.00 ("))
            #expect(page.contains("image_severity by category") && page.contains(">animal_abuse</th>"))
        }
    }

    @Test("export what was answered, and back up while they are served")
    func exports() async throws {
        try await Rig.run { rig in
            _ = try await rig.postJSON("/assignments/\(try await rig.next(as: "annotator"))/label", Rig.body(), as: "annotator")
            let ratings = try await rig.get("/projects/\(rig.project.id)/ratings.jsonl", as: "admin")
            #expect(ratings.text.split(separator: "\n").count == 12 && ratings.headers["content-disposition"].first?.contains("attachment") == true)
            #expect(try await rig.get("/projects/\(rig.project.id)/pairs.parquet", as: "admin").text.hasPrefix("PAR1"))
            let page = try await rig.post("/admin/backup", as: "admin").text
            #expect(page.contains("Backed up to "))
            let invited = try await rig.post("/admin/invitations", ["role": "annotator", "project": "\(rig.project.id)"], as: "admin").text
            let link = try #require(invited.firstMatch(of: /\/invitations\/[0-9a-f]{64}/)).0
            #expect(try await rig.get(String(link), as: nil).text.contains("invited as annotator in the project “pilot”"))
        }
    }
}
