using MdiQkd.Authentication.Bootstrap;
using MdiQkd.Authentication.Pool;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Distillation.Tests.Authentication;

/// <summary>First pools by ML-KEM-1024 and ML-DSA-87.</summary>
public sealed class PoolBootstrapTests : IDisposable
{
    private const int Pads = KeyPool.ProvisionedPadsMin;

    private static readonly OperatingSystemRandomness Randomness = new();
    private static readonly BootstrapIdentity Alice = BootstrapIdentity.FromSeed(Draw(BootstrapIdentity.SeedBytes));
    private static readonly BootstrapIdentity Bob = BootstrapIdentity.FromSeed(Draw(BootstrapIdentity.SeedBytes));

    private readonly string folder = Directory.CreateTempSubdirectory("mdiqkd-bootstrap-").FullName;

    private string PoolOfAlice => Path.Combine(folder, "alice.mdq");

    private string PoolOfBob => Path.Combine(folder, "bob.mdq");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Both_get_equal_pools_that_are_marked_and_refill_first()
    {
        byte[] offer = PoolBootstrap.Offer(Alice, "alice", "bob", Pads, Randomness, out byte[] secret);
        byte[] answer = PoolBootstrap.Accept(Bob, "bob", "alice", Alice.PublicKey, offer, PoolOfBob, Randomness);
        PoolBootstrap.Finish("alice", "bob", Bob.PublicKey, offer, secret, answer, PoolOfAlice);

        Assert.True(KeyPool.TryOpen(PoolOfAlice, "alice", "bob", new KeyPoolSettings(), out KeyPool? alice, out _));
        Assert.True(KeyPool.TryOpen(PoolOfBob, "bob", "alice", new KeyPoolSettings(), out KeyPool? bob, out _));
        using (alice)
        using (bob)
        {
            Assert.True(alice.IsComputational && bob.IsComputational);
            Assert.Equal(PoolLevel.RefillWanted, alice.Status.Level);
            using SealBuilder builder = alice.BeginSeal();
            builder.Append("content"u8);
            SealResult seal = builder.Seal();
            using VerificationBuilder check = bob.BeginVerify(seal.Address);
            check.Append("content"u8);
            Assert.Equal(VerificationResult.Valid, check.Verify(seal.Tag));
        }
    }

    [Fact]
    public void A_provisioned_pool_is_not_marked()
    {
        KeyPool.Provision(PoolOfAlice, "alice", PoolOfBob, "bob", Randomness, Pads);
        Assert.True(KeyPool.TryOpen(PoolOfAlice, "alice", "bob", new KeyPoolSettings(), out KeyPool? pool, out _));
        using (pool)
        {
            Assert.False(pool.IsComputational);
            Assert.Equal(PoolLevel.Normal, pool.Status.Level);
        }
    }

    [Fact]
    public void Refused_messages_leave_no_pool()
    {
        byte[] offer = PoolBootstrap.Offer(Alice, "alice", "bob", Pads, Randomness, out byte[] secret);
        byte[] other = PoolBootstrap.Offer(Alice, "alice", "bob", Pads, Randomness, out _);
        void Accept(byte[] message, string node = "bob", string peer = "alice", byte[]? peerKey = null) =>
            PoolBootstrap.Accept(Bob, node, peer, peerKey ?? Alice.PublicKey, message, PoolOfBob, Randomness);
        Refused("not signed by alice", () => Accept(offer, peerKey: Bob.PublicKey));
        Refused("wanted from alice to carol", () => Accept(offer, node: "carol"));
        Refused("wanted from carol to bob", () => Accept(offer, peer: "carol"));
        Refused("truncated", () => Accept(offer[..^1]));
        Refused("truncated", () => Accept(offer[..12]));
        Refused("no offer", () => Accept([]));
        Refused("public key of alice", () => Accept(offer, peerKey: [1, 2, 3]));
        foreach (int at in new[] { 25, 40, 100, 1000, offer.Length - 1 })
        {
            byte[] changed = [.. offer];
            changed[at] ^= 1;
            Refused("not signed", () => Accept(changed));
        }

        Refused("no offer", () => PoolBootstrap.Accept(Bob, "bob", "alice", Alice.PublicKey, "plain text"u8.ToArray(), PoolOfBob, Randomness));
        Assert.False(File.Exists(PoolOfBob));

        byte[] answer = PoolBootstrap.Accept(Bob, "bob", "alice", Alice.PublicKey, offer, PoolOfBob, Randomness);
        void Finish(byte[] made, byte[] message, byte[]? peerKey = null, byte[]? opening = null) =>
            PoolBootstrap.Finish("alice", "bob", peerKey ?? Bob.PublicKey, made, opening ?? secret, message, PoolOfAlice);
        Refused("another offer", () => Finish(other, answer));
        Refused("not signed by bob", () => Finish(offer, answer, peerKey: Alice.PublicKey));
        Refused("no answer", () => Finish(offer, offer));
        Refused("64 bytes", () => Finish(offer, answer, opening: [1]));
        Assert.False(File.Exists(PoolOfAlice));
        Assert.Throws<IOException>(() => Accept(offer)); // a pool is never overwritten
        Assert.Throws<InvalidDataException>(() => BootstrapIdentity.FromSeed([1]));
    }

    [Fact]
    public void A_fingerprint_is_16_groups_of_4_digits() =>
        Assert.Matches("^([0-9a-f]{4} ){15}[0-9a-f]{4}$", BootstrapIdentity.Fingerprint(Alice.PublicKey));

    private static void Refused(string expected, Action act) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(act).Message, StringComparison.Ordinal);

    private static byte[] Draw(int bytes)
    {
        byte[] drawn = new byte[bytes];
        Randomness.Fill(drawn);
        return drawn;
    }
}
