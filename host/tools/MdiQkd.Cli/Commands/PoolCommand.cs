using System.CommandLine;
using System.Security.Cryptography;
using MdiQkd.Authentication.Bootstrap;
using MdiQkd.Authentication.Pool;
using MdiQkd.Evaluation;
using MdiQkd.KeyMaterial;

namespace MdiQkd.Cli.Commands;

/// <summary>
/// `mdiqkd pool …`: the first authentication keys of a pair. `provision` writes both files, to be carried to the sites; the others make
/// them from two signed messages (<see cref="PoolBootstrap"/>), with computational security only.
/// </summary>
internal static class PoolCommand
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly OperatingSystemRandomness Randomness = new();

    internal static Command Make() => new(
        "pool", "First authentication keys of a pair of nodes: carried by an operator, or (computational) agreed by ML-KEM and ML-DSA.")
    {
        Provision(), Identity(), Offer(), Accept(), Finish(),
    };

    private static Command Provision()
    {
        Option<string> a = Text("--a", "name of one node"), b = Text("--b", "name of the other node");
        Option<string> fileA = Text("--file-a", "pool file for node A"), fileB = Text("--file-b", "pool file for node B");
        Option<int> pads = Pads();
        return Action(
            new Command("provision", "Write the two matching pool files of a pair. Carry each to its node and keep no copy.") { a, b, fileA, fileB, pads },
            result => KeyPool.Provision(
                result.GetRequiredValue(fileA),
                result.GetRequiredValue(a),
                result.GetRequiredValue(fileB),
                result.GetRequiredValue(b),
                Randomness,
                result.GetValue(pads)));
    }

    private static Command Identity()
    {
        Option<string> file = Text("--identity", "file for the private signing key, made with mode 0600");
        Option<string> key = Text("--public", "file for the public key, to be carried to the peer");
        return Action(new Command("identity", "Make a signing key (ML-DSA-87) for bootstraps.") { file, key }, result =>
        {
            byte[] seed = GC.AllocateUninitializedArray<byte>(BootstrapIdentity.SeedBytes, pinned: true);
            Randomness.Fill(seed);
            byte[] publicKey = BootstrapIdentity.FromSeed(seed).PublicKey;
            WriteSecret(result.GetRequiredValue(file), seed);
            File.WriteAllBytes(result.GetRequiredValue(key), publicKey);
            Console.Out.WriteLine($"fingerprint {BootstrapIdentity.Fingerprint(publicKey)}");
        });
    }

    private static Command Offer()
    {
        Ends ends = new();
        Option<string> offer = Text("--offer", "file for the offer, to be sent to the peer");
        Option<string> secret = Text("--secret", "file for what opens the answer, made with mode 0600");
        Option<int> pads = Pads();
        return Action(
            new Command("offer", "Begin a bootstrap (computational). Then: accept at the peer, finish here.") { ends.Identity, ends.Node, ends.Peer, offer, secret, pads },
            result =>
            {
                byte[] message = PoolBootstrap.Offer(
                    ends.ReadIdentity(result),
                    result.GetRequiredValue(ends.Node),
                    result.GetRequiredValue(ends.Peer),
                    result.GetValue(pads),
                    Randomness,
                    out byte[] seed);
                WriteSecret(result.GetRequiredValue(secret), seed);
                File.WriteAllBytes(result.GetRequiredValue(offer), message);
            });
    }

    private static Command Accept()
    {
        Ends ends = new();
        Option<string> offer = Text("--offer", "the peer's offer");
        Option<string> answer = Text("--answer", "file for the answer, to be sent back");
        Option<string> pool = Text("--pool", "pool file to make");
        return Action(
            new Command("accept", "Take a peer's offer: makes this node's pool file and the answer.") { ends.Identity, ends.Node, ends.Peer, ends.PeerKey, offer, answer, pool },
            result =>
            {
                byte[] peerKey = ends.ReadPeerKey(result);
                byte[] message = PoolBootstrap.Accept(
                    ends.ReadIdentity(result),
                    result.GetRequiredValue(ends.Node),
                    result.GetRequiredValue(ends.Peer),
                    peerKey,
                    File.ReadAllBytes(result.GetRequiredValue(offer)),
                    result.GetRequiredValue(pool),
                    Randomness);
                File.WriteAllBytes(result.GetRequiredValue(answer), message);
            });
    }

    private static Command Finish()
    {
        Ends ends = new();
        Option<string> offer = Text("--offer", "the offer that this node made");
        Option<string> secret = Text("--secret", "the secret that was made with it; deleted afterwards");
        Option<string> answer = Text("--answer", "the peer's answer");
        Option<string> pool = Text("--pool", "pool file to make");
        return Action(
            new Command("finish", "Take the peer's answer: makes this node's pool file.") { ends.Node, ends.Peer, ends.PeerKey, offer, secret, answer, pool },
            result =>
            {
                byte[] peerKey = ends.ReadPeerKey(result);
                byte[] seed = File.ReadAllBytes(result.GetRequiredValue(secret));
                PoolBootstrap.Finish(
                    result.GetRequiredValue(ends.Node),
                    result.GetRequiredValue(ends.Peer),
                    peerKey,
                    File.ReadAllBytes(result.GetRequiredValue(offer)),
                    seed,
                    File.ReadAllBytes(result.GetRequiredValue(answer)),
                    result.GetRequiredValue(pool));
                CryptographicOperations.ZeroMemory(seed);
                File.WriteAllBytes(result.GetRequiredValue(secret), seed);
                File.Delete(result.GetRequiredValue(secret));
            });
    }

    private static Command Action(Command command, Action<ParseResult> run)
    {
        command.SetAction(result =>
        {
            try
            {
                run(result);
                return ExitCode.Success;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
            {
                Console.Error.WriteLine($"error: {e.Message.ReplaceLineEndings(" ")}");
                return ExitCode.Usage;
            }
        });
        return command;
    }

    private static Option<string> Text(string name, string description) => new(name) { Description = description, Required = true };

    private static Option<int> Pads() => new("--pads")
    {
        Description = $"pads per direction, {KeyPool.ProvisionedPadsMin} to {KeyPool.PadsPerSegmentMax}; a block takes 4",
        DefaultValueFactory = _ => 4 * KeyPool.ProvisionedPadsMin,
    };

    private static void WriteSecret(string path, byte[] secret)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using FileStream file = new(path, options);
        file.Write(secret);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>Options that say who is who.</summary>
    private sealed class Ends
    {
        internal Option<string> Identity { get; } = Text("--identity", "this node's private signing key");

        internal Option<string> Node { get; } = Text("--node", "name of this node");

        internal Option<string> Peer { get; } = Text("--peer", "name of the peer");

        internal Option<string> PeerKey { get; } = Text("--peer-public", "the peer's public signing key; its fingerprint is shown");

        internal BootstrapIdentity ReadIdentity(ParseResult result)
        {
            byte[] seed = File.ReadAllBytes(result.GetRequiredValue(Identity));
            try
            {
                return BootstrapIdentity.FromSeed(seed);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(seed);
            }
        }

        internal byte[] ReadPeerKey(ParseResult result)
        {
            byte[] key = File.ReadAllBytes(result.GetRequiredValue(PeerKey));
            Console.Out.WriteLine($"fingerprint of {result.GetRequiredValue(Peer)}: {BootstrapIdentity.Fingerprint(key)}");
            return key;
        }
    }
}
