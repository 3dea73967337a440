using MdiQkd.Acquisition.Device;
using MdiQkd.Wire;

namespace MdiQkd.DeviceTools.Reports;

/// <summary>A setting of a board.</summary>
/// <param name="Key">Which.</param>
/// <param name="Value">Its value.</param>
/// <param name="Lowest">Lowest value.</param>
/// <param name="Highest">Highest value.</param>
internal sealed record SettingReport(ConfigurationKey Key, int Value, int Lowest, int Highest)
{
    /// <summary>Asks for all settings of the parts that a board has.</summary>
    internal static async Task<IReadOnlyList<SettingReport>> AskAsync(DeviceSession session, CancellationToken ct)
    {
        List<SettingReport> settings = [];
        DeviceInformation board = session.Information;
        foreach (ConfigurationKey key in Enum.GetValues<ConfigurationKey>())
        {
            bool isOfSwitch = key is (>= ConfigurationKey.SwitchPulseMs and <= ConfigurationKey.SwitchWearLimitThousands)
                or ConfigurationKey.SwitchOperations1 or ConfigurationKey.SwitchOperations2;
            bool isOfTagger = key is >= ConfigurationKey.BlockItems and <= ConfigurationKey.HighResolution;
            if ((!isOfSwitch || board.HasSwitch) && (!isOfTagger || board.HasTagger))
            {
                ConfigurationReply reply = await session.ConfigurationAsync(key, ct).ConfigureAwait(false);
                settings.Add(new SettingReport(key, reply.Value, reply.Lowest, reply.Highest));
            }
        }

        return settings;
    }
}
