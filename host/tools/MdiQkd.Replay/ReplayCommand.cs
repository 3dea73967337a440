using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MdiQkd.Acquisition.Recordings;
using MdiQkd.Measurement;

namespace MdiQkd.Replay;

/// <summary>`mdiqkd replay`: runs a time-tag recording through statistics and Bell-state measurement.</summary>
public static class ReplayCommand
{
    private const int Success = 0;
    private const int Usage = 2;

    private static readonly Argument<string> Recording = new("FILE") { Description = "The recording." };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "Format of the recording; detected if not given.", HelpName = "NAME",
    };

    private static readonly Option<string> Channels = new("--channels")
    {
        Description = "Channels of detectors c and d, as in 1,2; the first two with tags if not given.", HelpName = "C,D",
    };

    private static readonly Option<int?> Clock = new("--clock")
    {
        Description = "Slot period in ps, 100 to 1000000: arrival histogram and Bell-state measurement.", HelpName = "PS",
    };

    private static readonly Option<int?> BinSpacing = new("--bin-spacing")
    {
        Description = "Late minus early bin, ps; half the period if not given.", HelpName = "PS",
    };

    private static readonly Option<int?> Window = new("--window")
    {
        Description = "Acceptance window around each bin, ps; a fifth of the period if not given.", HelpName = "PS",
    };

    private static readonly Option<long?> Phase = new("--phase")
    {
        Description = "Centre of the early bin modulo the period, ps; found from the arrivals if not given.", HelpName = "PS",
    };

    private static readonly Option<bool> RecoverClock = new("--recover-clock")
    {
        Description = "Follow the slot clock in the tags: period, phase, drift. Needs --clock, to 200 ppm.",
    };

    private static readonly Option<string> Delays = new("--delays")
    {
        Description = "How late clicks of the two channels come, ps, as in 0,350.", HelpName = "C,D",
    };

    private static readonly Option<bool> PsiPlus = new("--psi-plus") { Description = "Count psi+ as an event too." };

    private static readonly Option<long> Coincidence = new("--coincidence-window")
    {
        Description = "Tags at most this far apart are a coincidence, ps.", HelpName = "PS",
        DefaultValueFactory = _ => new ReplayRequest { File = "" }.CoincidencePs,
    };

    private static readonly Option<long> TauMax = new("--tau-max")
    {
        Description = "Reach of the correlation g(tau), ps.", HelpName = "PS",
        DefaultValueFactory = _ => new ReplayRequest { File = "" }.TauMaxPs,
    };

    private static readonly Option<long> TauBin = new("--tau-bin")
    {
        Description = "Bin of the correlation, ps.", HelpName = "PS",
        DefaultValueFactory = _ => new ReplayRequest { File = "" }.TauBinPs,
    };

    private static readonly Option<string> Plots = new("--plots")
    {
        Description = "Write plots (PNG) into this folder.", HelpName = "DIR",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the report as JSON." };

    /// <summary>The command, for a root command.</summary>
    public static Command Make()
    {
        Command command = new("replay", "Rates, histograms, correlations and Bell-state measurement of a recording.")
        {
            Recording, Format, Channels, Clock, BinSpacing, Window, Phase, RecoverClock, Delays, PsiPlus, Coincidence, TauMax, TauBin, Plots, Json,
        };
        Format.AcceptOnlyFromAmong(RecordingNames.All);
        Channels.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !TryParseChannels(text, out _))
            {
                result.AddError($"--channels {text}: two numbers 0..255 such as 1,2 are needed");
            }
        });
        Delays.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !TryParseDelays(text, out _))
            {
                result.AddError($"--delays {text}: two whole numbers such as 0,350 are needed");
            }
        });
        AtLeast(Phase, 0);
        AtLeast(Coincidence, 0);
        AtLeast(TauMax, 1);
        AtLeast(TauBin, 1);
        command.SetAction((result, cancellation) => RunAsync(result, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        InvocationConfiguration console = result.InvocationConfiguration;
        ReplayRequest request = new()
        {
            File = result.GetRequiredValue(Recording),
            Format = result.GetValue(Format) is { } name ? RecordingNames.Parse(name) : RecordingFormat.Unknown,
            Channels = result.GetValue(Channels) is { } text && TryParseChannels(text, out (byte, byte) pair) ? pair : null,
            ClockPs = result.GetValue(Clock),
            BinSpacingPs = result.GetValue(BinSpacing),
            WindowPs = result.GetValue(Window),
            PhasePs = result.GetValue(Phase),
            RecoversClock = result.GetValue(RecoverClock),
            Delays = result.GetValue(Delays) is { } late && TryParseDelays(late, out ChannelDelays? delays) ? delays : ChannelDelays.None,
            AcceptPsiPlus = result.GetValue(PsiPlus),
            CoincidencePs = result.GetValue(Coincidence),
            TauMaxPs = result.GetValue(TauMax),
            TauBinPs = result.GetValue(TauBin),
            PlotFolder = result.GetValue(Plots),
        };
        string? fault = request.Fault();
        if (fault is null)
        {
            try
            {
                ReplayRun run = await ReplayRun.RunAsync(request, cancellation).ConfigureAwait(false);
                ReplayReport report = run.Report! with { Plots = Plot(run, request.PlotFolder, console.Error) };
                if (result.GetValue(Json))
                {
                    await console.Output.WriteLineAsync(report.ToJson()).ConfigureAwait(false);
                }
                else
                {
                    ReplayTables.Write(report, console.Output);
                }

                return Success;
            }
            catch (Exception e) when (e is ReplayException or IOException or UnauthorizedAccessException)
            {
                fault = $"{request.File}: {e.Message}";
            }
        }

        await console.Error.WriteLineAsync($"error: {fault.ReplaceLineEndings(" ")}").ConfigureAwait(false);
        return Usage;
    }

    private static IReadOnlyList<string> Plot(ReplayRun run, string? folder, TextWriter error)
    {
        if (folder is null)
        {
            return [];
        }

        if (!ReplayPlots.HasFonts)
        {
            error.WriteLine("warning: no font is installed; the PNG files are without text, the SVG files beside them have it");
        }

        return ReplayPlots.Write(run, folder);
    }

    private static bool TryParseChannels(string text, out (byte C, byte D) channels)
    {
        channels = default;
        string[] parts = text.Split(',');
        return parts.Length == 2
            && byte.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out channels.C)
            && byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out channels.D);
    }

    private static bool TryParseDelays(string text, [NotNullWhen(true)] out ChannelDelays? delays)
    {
        string[] parts = text.Split(',');
        bool parsed = long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long c)
            & long.TryParse(parts[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long d);
        delays = parsed && parts.Length == 2 ? new ChannelDelays(c, d) : null;
        return delays is not null;
    }

    private static void AtLeast<T>(Option<T> option, long min) => option.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: var text }]
            && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) && value < min)
        {
            result.AddError($"{option.Name} {text}: at least {min}");
        }
    });
}
