#!/usr/bin/perl
# What SpamAssassin itself says about messages: the measure for Winnow's own reading of rule files.
#
#   find corpus -name '*.eml' | tests/functional/spamassassin_oracle.pl [OPTIONS] > truth.jsonl
#
# One JSON line per file named on standard input, in that order, ASCII only; a byte above 0x7F is written \u00XX (strings are bytes).
#   {"file":..., "score":1.2, "tests":{"NAME":value,...}, "subtests":{"__NAME":value,...}}
# or {"file":..., "error":"..."} for a message that SpamAssassin did not survive.  "value" is what meta rules compute with: how often
# a rule with `tflags multiple` hit, the result of a meta or eval rule, else 1.  Rules with a score of zero do not hit in SpamAssassin.
#
# Everything that would ask the network, a database or the user's home is off: local tests only, no Bayes, no welcomelist database, no
# user preferences, no time limit.  A file has no SMTP envelope: SpamAssassin takes the sender from the Received header of the last
# untrusted relay, else X-Envelope-From, Envelope-Sender or Return-Path, and takes the client from the Received headers.
use strict;
use warnings;

our $now;
BEGIN {
	*CORE::GLOBAL::time = sub () { defined $main::now ? $main::now : CORE::time() };
	# "lang en" lines count, whatever the language here.
	delete @ENV{qw(LANGUAGE LC_MESSAGES LANG)};
	@ENV{'LC_ALL', 'TZ'} = ('C', 'UTC');
	# Where SpamAssassin walks a hash, its answer may depend on the order; it shall at least be the same each time.
	unless (defined $ENV{PERL_HASH_SEED}) {
		@ENV{'PERL_HASH_SEED', 'PERL_PERTURB_KEYS'} = ('0', '0');
		exec $^X, $0, @ARGV;
	}
}

use File::Temp qw(tempdir);
use Getopt::Long;
use Mail::SpamAssassin;
use Mail::SpamAssassin::PerMsgStatus;
use POSIX qw(WNOHANG _exit);


my $usage = "usage: spamassassin_oracle.pl [--rules DIR] [--site DIR] [--pre DIR] [--views] [--jobs N] [--now EPOCH] [--patience SECONDS]\n"
  . "                             [--list] [--lint] [--version] < list of files\n\n"
  . "--rules  stock rules (default /usr/share/spamassassin); an empty folder leaves them out\n"
  . "--site   the site's rules (default /etc/spamassassin)\n"
  . "--pre    folder with the *.pre files that load the plugins (default /etc/spamassassin)\n"
  . "--chunk  messages per process (default 1: patterns with %{TAG} keep the first value that a process saw)\n"
  . "--views  adds what the rules look at: body, rawbody, URIs, relays, headers, HTML\n"
  . "--now    the time, for the rules that compare a message's date with it\n"
  . "--patience  how long one message may take\n"
  . "--list   prints the rules that SpamAssassin has loaded, a JSON line each, and ends\n"
  . "--lint   prints the complaints about the rules and ends\n";
my %opt = (rules => '/usr/share/spamassassin', site => '/etc/spamassassin', pre => '/etc/spamassassin', jobs => 1, chunk => 1, patience => 300);
GetOptions(\%opt, 'rules=s', 'site=s', 'pre=s', 'views', 'jobs=i', 'now=i', 'patience=i', 'chunk=i', 'list', 'lint', 'version', 'help') or die $usage;
if ($opt{help}) { print $usage; exit 0 }
if ($opt{version}) { print Mail::SpamAssassin->Version(), "\n"; exit 0 }
die $usage if @ARGV || $opt{jobs} < 1;
$now = $opt{now};

# JSON -----------------------------------------------------------------------

sub json_string {
	my ($text) = @_;
	return 'null' unless defined $text;
	utf8::downgrade($text, 1) or utf8::encode($text);
	$text =~ s/(["\\])/\\$1/g;
	$text =~ s/\n/\\n/g;
	$text =~ s/([^\x20-\x7e])/sprintf '\\u%04x', ord $1/ge;
	return "\"$text\"";
}

# Anything as JSON; numbers as strings except where the caller says so.
sub json {
	my ($value, $depth) = @_;
	$depth //= 4;
	my $ref = ref $value;
	return json_string($value) if $ref eq '';
	return '"..."' if $depth == 0;
	return '[' . join(',', map { json($_, $depth - 1) } @$value) . ']' if $ref eq 'ARRAY';
	return '{' . join(',', map { json_string($_) . ':' . json($value->{$_}, $depth - 1) } sort keys %$value) . '}' if $ref eq 'HASH';
	return json($$value, $depth - 1) if $ref eq 'SCALAR' || $ref eq 'REF';
	return json_string("$value");
}

sub json_numbers {
	my ($hash) = @_;
	return '{' . join(',', map { json_string($_) . ':' . (0 + $hash->{$_}) } sort keys %$hash) . '}';
}

# SpamAssassin ---------------------------------------------------------------

my $home = tempdir('spamassassin-oracle-XXXXXX', TMPDIR => 1, CLEANUP => 0);
my $master = $$;
END { if (defined $master && $$ == $master && $home) { my $kept = $?; system('rm', '-rf', '--', $home); $? = $kept } }
$SIG{$_} = sub { exit 130 } for qw(INT TERM HUP);

sub same_folder { my ($x, $y) = map { join ':', (stat $_)[0, 1] } @_; return $x eq $y && $x ne '' }

# The plugins of the system, in front of rules that stand elsewhere.
sub plugin_text {
	my $text = '';
	return $text if same_folder($opt{pre}, $opt{site});
	for my $path (sort glob "$opt{pre}/*.pre") {
		open my $file, '<', $path or die "$path: $!\n";
		local $/;
		$text .= "file start $path\n" . <$file> . "\nfile end $path\n";
	}
	return $text;
}

sub start_spamassassin {
	mkdir "$home/home" or die "$home: $!\n";
	my $sa = Mail::SpamAssassin->new({
		rules_filename => $opt{rules}, site_rules_filename => $opt{site}, local_tests_only => 1, dont_copy_prefs => 1,
		home_dir_for_helpers => "$home/home", userstate_dir => "$home/home", LOCAL_STATE_DIR => "$home/state", debug => 0,
		pre_config_text => plugin_text(),
		post_config_text => "dns_available no\nuse_bayes 0\nbayes_auto_learn 0\ntime_limit 0\nbayes_path $home/home/bayes\n" });
	$sa->init(0) unless $opt{lint};	# lint_rules() reads the files itself
	return $sa;
}

sub read_message {
	my ($path) = @_;
	open my $file, '<:raw', $path or die "$!\n";
	my @lines = <$file>;
	close $file;
	return \@lines;
}

my @headers = qw(From:addr From:name From:raw From To:addr To:name Cc:addr ToCc ToCc:addr MESSAGEID EnvelopeFrom EnvelopeFrom:addr ALL ALL:raw
	ALL-TRUSTED ALL-UNTRUSTED ALL-INTERNAL ALL-EXTERNAL Subject Subject:raw Received Reply-To:addr Reply-To:name Reply-To Sender:addr Return-Path
	Date Content-Type X-Mailer User-Agent List-Id Message-Id:host Message-Id:domain From:addr:host From:addr:domain Received:ip Received:first:ip);

sub html_view {
	my ($html) = @_;
	return undef unless defined $html;
	return { map { $_ => $html->{$_} } grep { !/^(?:html_text|text|uri)$/ && ref $html->{$_} ne 'CODE' } keys %$html };
}

sub part_view {
	my ($part) = @_;
	return join ' ', $part->{type} // '?', 'effective=' . ($part->effective_type() // '?'), 'charset=' . ($part->{charset} // ''),
	  'name=' . ($part->{name} // ''), 'rendered=' . ($part->{rendered_type} // ''), $part->is_leaf() ? 'leaf' : 'multipart';
}

sub views {
	my ($status) = @_;
	my $detail = $status->get_uri_detail_list();
	my %view = (
		body => $status->get_decoded_stripped_body_text_array(),
		rawbody => $status->get_decoded_body_text_array(),
		visible => $status->{msg}->get_visible_rendered_body_text_array(),
		invisible => $status->{msg}->get_invisible_rendered_body_text_array(),
		uris => [ sort $status->get_uri_list() ],
		uri_detail => { map { my $key = $_; $key => { map { $_ => $detail->{$key}{$_} } grep { $_ ne 'hosts' } keys %{ $detail->{$key} } } }
			  keys %$detail },
		parts => [ map { part_view($_) } $status->{msg}->find_parts(qr/./, 0) ],
		headers => { map { $_ => [ $status->get($_) ] } @headers },
		html => html_view($status->{html}),
		html_all => [ map { html_view($_) } @{ $status->{html_all} || [] } ],
	);
	$view{$_} = $status->{"${_}_str"} for qw(relays_untrusted relays_trusted relays_external relays_internal);
	$view{$_} = $status->{$_} for qw(num_relays_untrusted num_relays_trusted num_relays_unparseable);
	return join '', map { ',' . json_string($_) . ':' . json($view{$_}, 5) } sort keys %view;
}

sub judge {
	my ($sa, $path) = @_;
	my ($message, $status, $line);
	my $ok = eval {
		$message = $sa->parse(read_message($path), 1, { master_deadline => undef });
		$status = Mail::SpamAssassin::PerMsgStatus->new($sa, $message, { disable_auto_learning => 1 });
		$status->check();
		my (%tests, %subtests);
		$tests{$_} = $status->{tests_already_hit}{$_} for @{ $status->{test_names_hit} };
		$subtests{$_} = $status->{tests_already_hit}{$_} for @{ $status->{subtest_names_hit} };
		$line = sprintf '{"file":%s,"score":%.3f,"tests":%s,"subtests":%s%s}', json_string($path), $status->get_score(), json_numbers(\%tests),
		  json_numbers(\%subtests), $opt{views} ? views($status) : '';
		1;
	};
	my $error = $@;
	eval { $status->finish() if $status };
	eval { $message->finish() if $message };
	return $ok ? $line : failure($path, $error);
}

sub failure {
	my ($path, $error) = @_;
	$error = "unknown" unless defined $error && length $error;
	chomp $error;
	return sprintf '{"file":%s,"error":%s}', json_string($path), json_string($error);
}

sub list_rules {
	my ($conf) = @_;
	for my $name (sort keys %{ $conf->{test_types} }) {
		my $type = $conf->{test_types}{$name};
		my $flags = $conf->{tflags}{$name} // '';
		printf qq({"name":%s,"type":%s,"score":%s,"tflags":%s,"priority":%d}\n), json_string($name),
		  json_string($Mail::SpamAssassin::Conf::TYPE_AS_STRING{$type} // $type), ($conf->{scores}{$name} // 0) + 0, json_string($flags),
		  $conf->{priority}{$name} // 0;
	}
}

# Processes ------------------------------------------------------------------
#
# A chunk of messages per forked process, so that nothing a message does to SpamAssassin, not even its end, reaches far.

sub start_chunk {
	my ($sa, $chunk) = @_;
	my $pid = fork() // die "fork: $!\n";
	if ($pid) { @$chunk{qw(pid seen since)} = ($pid, 0, CORE::time()); return }
	$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
	open my $out, '>>:raw', $chunk->{out} or _exit(1);
	$out->autoflush(1);
	my $done = $chunk->{done};
	print $out judge($sa, $_), "\n" for @{ $chunk->{files} }[ $done .. $#{ $chunk->{files} } ];
	close $out;
	_exit(0);
}

sub lines_in {
	my ($path) = @_;
	open my $file, '<:raw', $path or return ();
	return grep { /\n\z/ } <$file>;
}

# After the end of a process: is its chunk complete?  The message it died of gets an error line.
sub finish_chunk {
	my ($chunk, $status) = @_;
	my @lines = lines_in($chunk->{out});
	if (@lines < @{ $chunk->{files} }) {
		my $why = $chunk->{killed} ? 'took too long' : "process ended with status $status";
		push @lines, failure($chunk->{files}[ scalar @lines ], $why) . "\n";
		open my $out, '>:raw', $chunk->{out} or die "$chunk->{out}: $!\n";
		print $out @lines;
		close $out;
	}
	delete $chunk->{killed};
	$chunk->{done} = @lines;
	return @lines == @{ $chunk->{files} };
}

sub kill_if_stuck {
	my ($chunk) = @_;
	my $size = -s $chunk->{out} || 0;
	@$chunk{qw(seen since)} = ($size, CORE::time()) if $size != $chunk->{seen};
	return if CORE::time() - $chunk->{since} < $opt{patience};
	$chunk->{killed} = 1;
	kill 'KILL', $chunk->{pid};
}

sub judge_all {
	my ($sa, @files) = @_;
	my (@chunks, %running);
	push @chunks, { files => [ splice @files, 0, $opt{chunk} ], out => sprintf('%s/%06d', $home, scalar @chunks), done => 0 } while @files;
	my ($next, $printed) = (0, 0);
	while ($printed < @chunks) {
		while ($next < @chunks && keys %running < $opt{jobs}) {
			start_chunk($sa, $chunks[$next]);
			$running{ $chunks[$next]{pid} } = $chunks[$next];
			$next++;
		}
		my $pid = waitpid -1, WNOHANG;
		if ($pid > 0 && (my $chunk = delete $running{$pid})) {
			if (finish_chunk($chunk, $?)) { $chunk->{complete} = 1 }
			else { start_chunk($sa, $chunk); $running{ $chunk->{pid} } = $chunk }
		} else {
			kill_if_stuck($_) for values %running;
			select undef, undef, undef, 0.05;
		}
		while ($printed < @chunks && $chunks[$printed]{complete}) {
			print lines_in($chunks[$printed]{out});
			unlink $chunks[ $printed++ ]{out};
		}
	}
}

$| = 1;
binmode STDOUT;
my $sa = start_spamassassin();
if ($opt{lint}) { exit($sa->lint_rules() ? 1 : 0) }
if ($opt{list}) { list_rules($sa->{conf}); exit 0 }
chomp(my @files = <STDIN>);
$sa->compile_now(0, 0);
judge_all($sa, grep { length } @files);
