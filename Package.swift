// swift-tools-version: 6.1
import PackageDescription

// Native libraries: `scripts/setup` puts them under .native/; LIBTORCH names another LibTorch (include/ and lib/ inside).
let native = Context.packageDirectory + "/.native"
let torch = Context.environment["LIBTORCH"] ?? native + "/torch"
let arrow = native + "/pyarrow"

let package = Package(name: "safe-rlhf-v", targets: [
    .target(name: "CTorch", 
      cxxSettings: [.unsafeFlags(["-isystem", torch + "/include", "-isystem", torch + "/include/torch/csrc/api/include", "-fvisibility=default", "-O2"])],
            linkerSettings: [
                .unsafeFlags(["-L" + torch + "/lib", "-Xlinker", "-rpath", "-Xlinker", torch + "/lib", "-Xlinker", "--no-as-needed"]),
                .linkedLibrary("torch"), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
            ]),
    .target(name: "Torch", dependencies: ["CTorch"], swiftSettings: [.enableUpcomingFeature("ExistentialAny"),.enableUpcomingFeature("MemberImportVisibility"),.enableUpcomingFeature("InternalImportsByDefault")])
], cxxLanguageStandard: .cxx20)
