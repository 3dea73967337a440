namespace MdiQkd.Cli.Applications;

/// <summary>Two applications of a pair fetch one key each and compare.</summary>
internal static class KeyExchange
{
    // A node gives keys out after its peer's "stored" and the KME-to-KME agreement, a few round trips after distillation.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>The master calls enc_keys at its node, the slave dec_keys at the other.</summary>
    /// <exception cref="KeyDeliveryException">A node refuses, or has no key for a minute.</exception>
    internal static async Task<KeyExchangeResult> RunAsync(
        Application master, Application slave, TimeProvider time, CancellationToken ct)
    {
        using DeliveredKey first = await PatientlyAsync(
            () => master.TryGetKeyAsync(slave.Name, ct), $"{master.Name}: enc_keys", time, ct).ConfigureAwait(false);
        using DeliveredKey second = await PatientlyAsync(
            () => slave.TryGetKeyWithIdAsync(master.Name, first.Id, ct), $"{slave.Name}: dec_keys", time, ct)
            .ConfigureAwait(false);
        return new KeyExchangeResult(
            first.Id, first.Bits, first.Fingerprint, second.Fingerprint, first.Bits > 0 && first.Matches(second));
    }

    private static async Task<DeliveredKey> PatientlyAsync(
        Func<Task<DeliveredKey?>> request, string what, TimeProvider time, CancellationToken ct)
    {
        long start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < Patience)
        {
            if (await request().ConfigureAwait(false) is { } key)
            {
                return key;
            }

            await Task.Delay(Pause, time, ct).ConfigureAwait(false);
        }

        throw new KeyDeliveryException($"{what}: no key to be had for {Patience.TotalSeconds:0} s (503)");
    }
}
