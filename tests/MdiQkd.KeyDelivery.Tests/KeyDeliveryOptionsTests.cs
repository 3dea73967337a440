namespace MdiQkd.KeyDelivery.Tests;

public sealed class KeyDeliveryOptionsTests
{
    private static readonly KeyDeliveryOptions Good = new() { Node = "a", Directory = new SaeDirectory([new SaeEntry("x", "a")]) };

    [Fact]
    public void Defaults_are_valid() => Assert.Same(Good, Good.Validated());

    [Fact]
    public void A_value_out_of_range_is_named_with_its_range()
    {
        (string Setting, KeyDeliveryOptions Options)[] wrong =
        [
            ("Node", Good with { Node = "" }),
            ("Directory", Good with { Directory = null! }),
            ("IdentitySource", Good with { IdentitySource = (SaeIdentitySource)9 }),
            ("DefaultKeySizeBits", Good with { DefaultKeySizeBits = 257 }),
            ("DefaultKeySizeBits", Good with { DefaultKeySizeBits = 128, MinKeySizeBits = 256 }),
            ("MinKeySizeBits", Good with { MinKeySizeBits = 0 }),
            ("MaxKeySizeBits", Good with { MaxKeySizeBits = 8192 }),
            ("MaxKeysPerRequest", Good with { MaxKeysPerRequest = 129 }),
            ("MaxConcurrentIssues", Good with { MaxConcurrentIssues = 0 }),
            ("PeerTimeout", Good with { PeerTimeout = TimeSpan.Zero }),
            ("ResolveInterval", Good with { ResolveInterval = TimeSpan.FromHours(2) }),
            ("UnfetchedKeyLifetime", Good with { UnfetchedKeyLifetime = TimeSpan.Zero }),
        ];
        Assert.All(wrong, item => Assert.Contains(
            $"key delivery: {item.Setting} must be",
            Assert.Throws<ArgumentException>(() => item.Options.Validated()).Message,
            StringComparison.Ordinal));
    }

    [Fact]
    public void The_directory_refuses_bad_entries()
    {
        SaeEntry[][] wrong =
        [
            [new SaeEntry("", "a")],
            [new SaeEntry(new string('x', 256), "a")],
            [new SaeEntry("x\n", "a")],
            [new SaeEntry("x", "")],
            [new SaeEntry("x", "a", "abc")],
            [new SaeEntry("x", "a"), new SaeEntry("x", "b")],
        ];
        Assert.All(wrong, entries => Assert.Throws<ArgumentException>(() => new SaeDirectory(entries)));
        SaeDirectory directory = new([new SaeEntry("x", "b"), new SaeEntry("y", "a"), new SaeEntry("z", "a")]);
        Assert.Equal(["a", "b"], directory.Nodes);
        Assert.True(directory.IsServedBy("x", "b"));
        Assert.False(directory.IsServedBy("x", "a"));
        Assert.False(directory.IsServedBy("X", "b"));
    }
}
