using MdiQkd.Authentication.Pool;
using MdiQkd.Cli.Applications;
using MdiQkd.Cli.Networks;
using MdiQkd.Cli.Pki;
using MdiQkd.Cli.Processes;
using MdiQkd.KeyMaterial;
using MdiQkd.Transport;

namespace MdiQkd.Cli.Demo;

/// <summary>
/// One demo from an empty folder to equal keys at the applications of every pair. A pair is done when it has as many blocks with
/// a key as asked for, or given up after <see cref="AbortedBlocksMax"/> blocks without one; the others go on.
/// </summary>
internal sealed class DemoRun(DemoOptions options, TimeProvider time, Action<DemoView> show)
{
    /// <summary>Blocks without a key before a pair is given up: one may be bad luck, three in a row are the settings.</summary>
    internal const int AbortedBlocksMax = 3;

    // Four times what an operator provisions at least, so that nodes need not refill their pools before they deliver keys.
    private const int PadsPerDirection = 4 * KeyPool.ProvisionedPadsMin;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(500);

    // A node that died is noticed, started again and ready in a few seconds, also on a busy machine.
    private static readonly TimeSpan ExchangePatience = TimeSpan.FromSeconds(60);

    private readonly long start = time.GetTimestamp();
    private readonly List<string> notes = [];
    private readonly Dictionary<UserPair, bool> keysEqual = [];
    private readonly Dictionary<UserPair, string> exchangeFaults = [];
    private PairView[] pairs = [];
    private double simulatedSeconds;
    private int restarts;

    /// <summary>Runs it. Every child process has ended when this returns, whatever happened.</summary>
    /// <param name="ct">Cancelled when the user interrupts the demo.</param>
    internal async Task<DemoSummary> ExecuteAsync(CancellationToken ct)
    {
        pairs = [.. options.Network.Pairs.Select(Empty)];
        if (options.Tags == TagPath.Board)
        {
            notes.Add("tags through the virtual board: simulated time goes as fast as the board carries them");
        }

        using CancellationTokenSource limit = new(options.Timeout, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        string? error = null;
        try
        {
            await RunAsync(both.Token).ConfigureAwait(false);
            error = Failure();
        }
        catch (Exception e) when (e is DemoException or ChildProcessException or KeyDeliveryException or IOException)
        {
            error = e.Message.ReplaceLineEndings(" ");
        }
        catch (OperationCanceledException)
        {
            error = ct.IsCancellationRequested ? "interrupted" : $"not finished after {options.Timeout.TotalSeconds:0} s: {Unfinished()}";
        }

        return new DemoSummary(
            [.. options.Network.Pairs.Select((pair, index) =>
                PairSummary.Of(pairs[index], simulatedSeconds, keysEqual.GetValueOrDefault(pair)))],
            simulatedSeconds,
            Math.Round(time.GetElapsedTime(start).TotalSeconds, 3),
            options.Seed,
            options.Seed is null,
            restarts,
            options.Tags,
            error);
    }

    private static PairView Empty(UserPair pair) => new(pair.A, pair.B, false, "starting", 0, 0, [], 0);

    private string Unfinished() => string.Join(
        "; ", pairs.Where(pair => pair.Distilled < options.Blocks).Select(pair => $"{pair.Name}: {pair.Phase}"));

    private static bool GivenUp(PairView pair) =>
        pair.Blocks.Count >= AbortedBlocksMax && pair.Blocks.TakeLast(AbortedBlocksMax).All(block => !block.Distilled);

    private async Task RunAsync(CancellationToken ct)
    {
        using DemoFolder folder = DemoFolder.Make(options.KeepFolder);
        using ThrowAwayAuthority authority = new(folder.Certificates, time);
        Issue(authority);
        Provision(folder);
        using MutualTls identity = Identity(authority, DaemonFiles.OperatorName);
        Show("starting");
        DemoDaemons daemons = await DemoDaemons.StartAsync(
            options, folder, new DaemonFiles(folder, authority, options.Network), ct).ConfigureAwait(false);
        await using (daemons.ConfigureAwait(false))
        {
            using DemoMonitor monitor = new(options.Network, identity, daemons);
            do
            {
                await LookAsync(daemons, monitor, ct).ConfigureAwait(false);
                await Task.Delay(LookPeriod, time, ct).ConfigureAwait(false);
            }
            while (!pairs.All(pair => pair.Distilled >= options.Blocks || GivenUp(pair)));

            foreach (UserPair pair in options.Network.Pairs)
            {
                await ExchangeAsync(pair, daemons, authority, ct).ConfigureAwait(false);
            }

            await LookAsync(daemons, monitor, ct).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(DemoDaemons daemons, DemoMonitor monitor, CancellationToken ct)
    {
        await CheckAsync(daemons, ct).ConfigureAwait(false);
        await monitor.LookAsync(ct).ConfigureAwait(false);
        notes.AddRange(monitor.TakeNews());
        simulatedSeconds = monitor.SimulatedSeconds;
        pairs = [.. options.Network.Pairs.Select(monitor.View)];
        Show(monitor.SwitchState);
    }

    private async Task CheckAsync(DemoDaemons daemons, CancellationToken ct)
    {
        foreach (string note in await daemons.CheckAsync(ct).ConfigureAwait(false))
        {
            restarts++;
            notes.Add(note);
        }
    }

    private void Show(string switchState) =>
        show(new DemoView(time.GetElapsedTime(start), simulatedSeconds, switchState, pairs, [.. notes], options.Seed is null));

    private void Issue(ThrowAwayAuthority authority)
    {
        authority.Issue(NetworkFile.HubName);
        authority.Issue(DaemonFiles.OperatorName);
        foreach (UserArm user in options.Network.Users)
        {
            authority.Issue(user.Name);
            authority.Issue(DaemonFiles.ApplicationName(user.Name));
        }
    }

    // The operator's act: both ends of a pair get the same first keys. Real ones in a seeded run too: they repeat nothing.
    private void Provision(DemoFolder folder)
    {
        OperatingSystemRandomness randomness = new();
        foreach (UserPair pair in options.Network.Pairs)
        {
            KeyPool.Provision(
                folder.PoolFile(pair.A, pair.B),
                pair.A,
                folder.PoolFile(pair.B, pair.A),
                pair.B,
                randomness,
                PadsPerDirection);
        }
    }

    private async Task ExchangeAsync(UserPair pair, DemoDaemons daemons, ThrowAwayAuthority authority, CancellationToken ct)
    {
        PairView view = pairs.First(p => p.A == pair.A && p.B == pair.B);
        if (view.Distilled == 0)
        {
            return;
        }

        for (long begin = time.GetTimestamp(); ; await Task.Delay(LookPeriod, time, ct).ConfigureAwait(false))
        {
            await CheckAsync(daemons, ct).ConfigureAwait(false);
            try
            {
                await ExchangeOnceAsync(pair, daemons, authority, ct).ConfigureAwait(false);
                return;
            }
            catch (KeyDeliveryException e) when (e.IsUnreachable && time.GetElapsedTime(begin) < ExchangePatience)
            {
                // A node died; what it was asked for is lost, so both applications begin anew when it is back.
            }
            catch (KeyDeliveryException e)
            {
                exchangeFaults[pair] = e.Message;
                return;
            }
        }
    }

    private async Task ExchangeOnceAsync(UserPair pair, DemoDaemons daemons, ThrowAwayAuthority authority, CancellationToken ct)
    {
        string masterName = DaemonFiles.ApplicationName(pair.A);
        string slaveName = DaemonFiles.ApplicationName(pair.B);
        using MutualTls masterIdentity = Identity(authority, masterName);
        using MutualTls slaveIdentity = Identity(authority, slaveName);
        using Application master = new(masterName, masterIdentity, pair.A, daemons.NodeAddress(pair.A));
        using Application slave = new(slaveName, slaveIdentity, pair.B, daemons.NodeAddress(pair.B));
        KeyExchangeResult result = await KeyExchange.RunAsync(master, slave, time, ct).ConfigureAwait(false);
        keysEqual[pair] = result.Equal;
        notes.Add(
            $"{masterName} and {slaveName}: {result.Bits}-bit key {result.KeyId}, SHA-256 {result.MasterFingerprint}… "
            + (result.Equal ? "= " : "DIFFERS FROM ") + $"{result.SlaveFingerprint}…");
    }

    private string? Failure()
    {
        string[] failed =
        [
            .. options.Network.Pairs.Zip(pairs)
                .Where(p => !keysEqual.GetValueOrDefault(p.First) || p.Second.Distilled < options.Blocks)
                .Select(p => p.Second.Distilled < options.Blocks
                    ? $"{p.Second.Name}: {p.Second.Blocks.Count} blocks without a key ({p.Second.Blocks[^1].Reason})"
                    : $"{p.Second.Name}: {exchangeFaults.GetValueOrDefault(p.First, "the applications got different keys")}"),
        ];
        return failed.Length == 0 ? null : string.Join("; ", failed);
    }

    private static MutualTls Identity(ThrowAwayAuthority authority, string name) =>
        MutualTls.Load(authority.CertificateFile(name), authority.KeyFile(name), authority.TrustAnchorFile);
}
